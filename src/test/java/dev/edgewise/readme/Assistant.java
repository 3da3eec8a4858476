package dev.edgewise.readme;

import java.time.Duration;

import dev.edgewise.Interruption;
import dev.edgewise.OnInterrupt;
import dev.edgewise.Route;
import dev.edgewise.event.UserStartedSpeaking;
import dev.edgewise.event.UserStoppedSpeaking;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;

import org.springframework.stereotype.Component;

@Component
class Assistant {

	@Route(on = UserStoppedSpeaking.class, interruptOn = UserStartedSpeaking.class)
	Flux<String> answer(@Nullable Interruption previous) {
		String opening = (previous != null) ? "Again: " : "";
		String[] words = (opening + "One word at a time.").split("(?<= )");
		return Flux.fromArray(words).delayElements(Duration.ofMillis(300));
	}

	@OnInterrupt
	void stopped(Interruption interruption) {
		System.out.println("Cut off at '" + interruption.delivered() + "'");
	}

}
