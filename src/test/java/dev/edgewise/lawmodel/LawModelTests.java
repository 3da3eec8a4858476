package dev.edgewise.lawmodel;

import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Random sessions on the real engine, in virtual time and in every order of what is due
 * at the same instant, against the {@link LawModel}; and the model against engines that
 * are known to be wrong.
 */
@TestInstance(Lifecycle.PER_CLASS)
class LawModelTests {

	/** Every bug is to be found within so many scripts. */
	private static final int BOUND = 500;

	private static final Logger LOGGER = (Logger) LoggerFactory.getLogger("dev.edgewise.session");

	private BuggyEngine copy;

	/**
	 * Nodes and handlers that fail are part of the scripts.
	 */
	@BeforeAll
	void begin(@TempDir Path place) throws Exception {
		LOGGER.setLevel(Level.OFF);
		this.copy = new BuggyEngine(place);
	}

	@AfterAll
	void end() {
		LOGGER.setLevel(null);
	}

	@Test
	@Timeout(value = 1, unit = TimeUnit.DAYS)
	void randomSessionsKeepTheLaws() {
		OptionalLong broken = LongStream.range(0, ModelScripts.count())
			.parallel()
			.filter((seed) -> Verdict.on(Scripts.of(seed)) != null)
			.findFirst();
		assertThat(broken).as(() -> Verdict.explain(broken.getAsLong())).isEmpty();
	}

	@Test
	void anItemThatReplacesItsOwnGenerationIsSeenByEveryReader() {
		assertThat(Verdict.on(Script
			.parse("""
					shuffle 3 frames 1024 prefetch 4
					route a on Key,Response cut - REPLACE 1 filter all condition always handler none cleanup false policy immediate nodes SYNC:.t:0
					0 read r0 start fast
					50 post Key:3=>
					""")))
			.isNull();
	}

	@Test
	void theKeyForMoreScriptsIsHiddenFromApplications() {
		System.setProperty("edgewise.model.scripts", String.valueOf(ModelScripts.count()));
		new ModelScripts().takeKey();
		assertThat(System.getProperty("edgewise.model.scripts")).isNull();
	}

	@Test
	void aScriptIsMadeAgainFromItsText() {
		for (long seed = 0; seed < 200; seed++) {
			Script script = Scripts.of(seed);
			assertThat(Script.parse(script.toString())).isEqualTo(script);
		}
	}

	@Test
	void aScriptThatFailsIsMadeShort() {
		Script shortest = Shrinking.of(Scripts.of(7),
				(script) -> script.acts()
					.stream()
					.anyMatch((act) -> act instanceof Script.Post post
							&& post.events().stream().anyMatch((event) -> event.type().equals("Stop"))));
		assertThat(shortest.routes()).hasSize(1);
		assertThat(shortest.acts()).hasSize(1);
		assertThat(((Script.Post) shortest.acts().get(0)).events()).hasSize(1);
	}

	@Test
	void aScriptPlaysTheSameTwice() {
		for (long seed = 0; seed < 20; seed++) {
			Script script = Scripts.of(seed);
			assertThat(Play.of(script)).hasToString(Play.of(script).toString());
		}
	}

	@Test
	void theCopyOfTheEngineKeepsTheLawsWithoutABug() {
		assertThat(LongStream.range(0, 200).mapToObj((seed) -> this.copy.verdict("", seed))).containsOnly("");
	}

	@ParameterizedTest
	@EnumSource
	void theModelFindsAnEngineWithABug(Bug bug) {
		long scripts = LongStream.range(0, BOUND)
			.filter((seed) -> !this.copy.verdict(bug.name(), seed).isEmpty())
			.findFirst()
			.orElse(-1);
		assertThat(scripts).as("the script that finds it").isNotNegative();
	}

}
