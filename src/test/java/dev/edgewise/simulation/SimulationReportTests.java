package dev.edgewise.simulation;

import java.time.Duration;
import java.util.List;

import dev.edgewise.interruption.InterruptionPolicy;
import dev.edgewise.simulation.Caller.Kind;
import dev.edgewise.simulation.Stand.Conditions;
import dev.edgewise.simulation.Tally.Count;
import dev.edgewise.simulation.Tally.Total;
import org.junit.jupiter.api.Test;

class SimulationReportTests {

	@Test
	void tryIt() {
		int n = Integer.getInteger("n", 200);
		InterruptionPolicy conversation = InterruptionPolicy.builder("conversation")
			.minWords(2)
			.stopPhrases("stop", "wait", "hold on", "be quiet")
			.backchannels("ok", "okay", "yeah", "yes", "right", "i see", "mm-hmm", "mhm", "uh-huh")
			.decideWithin(Duration.ofMillis(500))
			.build();
		List<InterruptionPolicy> policies = List.of(InterruptionPolicy.IMMEDIATE, conversation,
				InterruptionPolicy.builder("min-speech").minSpeech(Duration.ofMillis(300)).build(),
				InterruptionPolicy.builder("two-words").minWords(2).build(),
				InterruptionPolicy.builder("guarded")
					.backOff(Duration.ofMillis(1500))
					.protectFirst(Duration.ofSeconds(1))
					.build(),
				conversation.mutate("patient").decideWithin(Duration.ofSeconds(1)).build());
		long t = System.nanoTime();
		List<Tally> tallies = new Day(1).play(policies, n, new Conditions(200, 1000));
		System.out.println("MS " + (System.nanoTime() - t) / 1_000_000);
		for (int i = 0; i < policies.size(); i++) {
			Tally y = tallies.get(i);
			System.out.println("== " + policies.get(i).name());
			for (Tally.Samples s : List.of(y.silence, y.silenceInNotice, y.pause, y.answer)) {
				System.out.println(s.count() + " p50 " + s.quantile(500) + " p95 " + s.quantile(950) + " p99 "
						+ s.quantile(990) + " max " + s.quantile(1000) + " sum " + s.sum());
			}
			for (Kind k : Kind.values()) {
				System.out.print(k);
				for (Count c : Count.values()) {
					System.out.print(" " + c + " " + y.get(k, c));
				}
				System.out.println();
			}
			for (Total c : Total.values()) {
				System.out.print(" " + c + " " + y.get(c));
			}
			System.out.println(" min " + y.callMillis / 60000);
		}
	}

}
