package dev.edgewise.functional;

import java.util.concurrent.CompletableFuture;

import dev.edgewise.EventRefusedException;
import dev.edgewise.InterruptCommand;
import dev.edgewise.InterruptReceipt;
import dev.edgewise.Overlap;
import dev.edgewise.RouteDefinition;
import dev.edgewise.Routes;
import dev.edgewise.UnknownGenerationException;
import dev.edgewise.event.DTMFInput;
import dev.edgewise.event.InterruptRequested;
import dev.edgewise.event.UserStoppedSpeaking;
import dev.edgewise.session.EngineListener.EventOutcome;
import dev.edgewise.session.EngineSettings.SessionBounds;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests of the command to interrupt, in the same process.
 */
class InterruptCommandTests {

	private static final InterruptCommand ALL = new InterruptCommand(null, null, false, null);

	@Test
	void aRouteThatThereIsNotIsRefusedWithThoseThatThereAre() {
		try (Stage stage = Stage.of(answer("answer"), answer("other"))) {
			assertThatIllegalArgumentException()
				.isThrownBy(() -> interrupt(stage, new InterruptCommand(null, "none", true, null), null))
				.withMessage("No route 'none'; there are answer, other");
			assertThat(stage.engine.routes()).containsExactly("answer", "other");
		}
	}

	@Test
	void aGenerationThatCleansUpIsStoppedAlreadyAndAnEndedOneUnknown() {
		Nodes.Stubborn node = new Nodes.Stubborn();
		RouteDefinition slow = Routes.on(UserStoppedSpeaking.class)
			.id("slow")
			.stream((event) -> Flux.from(node))
			.broadcast();
		try (Stage stage = Stage.with(slow, answer("other")).realControl().open()) {
			String id = stage.publish(new UserStoppedSpeaking()).started().get(0);
			stage.advanceMillis(1);
			InterruptCommand named = new InterruptCommand(id, null, false, null);
			assertThat(interrupt(stage, named, null).stopped()).extracting(InterruptReceipt.Stopped::generation)
				.containsExactly(id);
			Stage.await(node.cancelledOn);
			assertThat(interrupt(stage, named, null).stopped()).isEmpty();
			assertThatExceptionOfType(UnknownGenerationException.class)
				.isThrownBy(() -> interrupt(stage, new InterruptCommand(id, "other", false, null), null));
			node.letGo();
			Stage.until(() -> stage.view().generations().isEmpty());
			assertThatExceptionOfType(UnknownGenerationException.class).isThrownBy(() -> interrupt(stage, named, null))
				.satisfies((error) -> assertThat(error.generation()).isEqualTo(id));
		}
	}

	@Test
	void aQueuedGenerationIsStoppedBeforeItHasStarted() {
		RouteDefinition queue = Routes.on(UserStoppedSpeaking.class)
			.id("queue")
			.overlap(Overlap.QUEUE)
			.stream((event) -> Flux.never())
			.broadcast();
		try (Stage stage = Stage.of(queue)) {
			String running = stage.publish(new UserStoppedSpeaking()).started().get(0);
			String queued = stage.publish(new UserStoppedSpeaking()).started().get(0);
			stage.advanceMillis(1);
			InterruptReceipt receipt = interrupt(stage, ALL, null);
			assertThat(receipt.stopped()).extracting(InterruptReceipt.Stopped::generation)
				.containsExactly(running, queued);
		}
	}

	@Test
	void theCommandStartsARouteThatNamesIt() {
		RouteDefinition apology = Routes.on(InterruptRequested.class)
			.id("apology")
			.stream((event) -> Mono.just("Sorry: " + event.reason()))
			.broadcast();
		try (Stage stage = Stage.of(answer("answer"), apology)) {
			var reader = stage.read(0);
			stage.publish(new UserStoppedSpeaking());
			stage.advanceMillis(1);
			InterruptReceipt receipt = interrupt(stage, new InterruptCommand(null, null, false, "late"), null);
			stage.advanceMillis(1);
			assertThat(receipt.stopped()).extracting(InterruptReceipt.Stopped::route).containsExactly("answer");
			assertThat(Stage.tale(reader)).containsExactly("UserStoppedSpeaking", "+1", "InterruptRequested", "!1",
					"+2", "2:Sorry: late", "=2");
		}
	}

	@Test
	void aFullMailboxRefusesWhatIsNotForcedAndCountsIt() {
		CompletableFuture<InterruptReceipt> forced = new CompletableFuture<>();
		CompletableFuture<Throwable> refused = new CompletableFuture<>();
		Stage[] stages = new Stage[1];
		// on the writer, where nothing that comes in is applied
		RouteDefinition reentrant = Routes.on(DTMFInput.class).id("reentrant").filter((event) -> {
			stages[0].engine.publish(Stage.SESSION, new UserStoppedSpeaking()).subscribe();
			stages[0].engine.interrupt(Stage.SESSION, ALL, null).subscribe((receipt) -> {
			}, refused::complete);
			stages[0].engine.interrupt(Stage.SESSION, new InterruptCommand(null, null, true, null), null)
				.subscribe(forced::complete);
			return false;
		}).stream((event) -> Flux.never()).broadcast();
		try (Stage stage = Stage.with(reentrant)
			.session((s) -> new SessionBounds(s.max(), s.idleTimeout(), s.tombstone(), s.maxTombstones(), 1,
					s.eventIds(), s.eventsPerSecond(), s.decisions()))
			.open()) {
			stages[0] = stage;
			stage.publish(new DTMFInput("1"));
			assertThat(refused.join()).isInstanceOfSatisfying(EventRefusedException.class,
					(error) -> assertThat(error.bound()).isEqualTo(EventRefusedException.Bound.MAILBOX));
			assertThat(forced.join().duplicate()).isFalse();
			assertThat(stage.spy.events).containsExactly(EventOutcome.REFUSED, EventOutcome.ACCEPTED,
					EventOutcome.ACCEPTED, EventOutcome.ACCEPTED);
		}
	}

	private static RouteDefinition answer(String id) {
		return Routes.on(UserStoppedSpeaking.class)
			.id(id)
			.filter((event) -> id.equals("answer"))
			.stream((event) -> Flux.never())
			.broadcast();
	}

	private static InterruptReceipt interrupt(Stage stage, InterruptCommand command, @Nullable String id) {
		return Stage.get(stage.engine.interrupt(Stage.SESSION, command, id));
	}

}
