package dev.edgewise.functional;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

import dev.edgewise.ConversationContext;
import dev.edgewise.ConversationContext.HeardBy;
import dev.edgewise.ConversationContext.Message;
import dev.edgewise.ConversationContext.Role;
import dev.edgewise.ConversationContext.Speech;
import dev.edgewise.Frame;
import dev.edgewise.Generation;
import dev.edgewise.InterruptCommand;
import dev.edgewise.Interruption;
import dev.edgewise.Overlap;
import dev.edgewise.Protection;
import dev.edgewise.RouteDefinition;
import dev.edgewise.Routes;
import dev.edgewise.ToolPolicy;
import dev.edgewise.UnknownGenerationException;
import dev.edgewise.event.AgentHandoff;
import dev.edgewise.event.AgentResponse;
import dev.edgewise.event.AgentSpeechInterrupted;
import dev.edgewise.event.AgentSpeechSent;
import dev.edgewise.event.DTMFInput;
import dev.edgewise.event.EmergencyStop;
import dev.edgewise.event.PlaybackProgress;
import dev.edgewise.event.ToolCall;
import dev.edgewise.event.ToolResult;
import dev.edgewise.event.UserStartedSpeaking;
import dev.edgewise.event.UserStoppedSpeaking;
import dev.edgewise.event.UserTranscriptionReceived;
import dev.edgewise.interruption.InterruptionPolicy;
import dev.edgewise.interruption.InterruptionPolicy.WhileProtected;
import dev.edgewise.session.LogReader;
import dev.edgewise.session.SessionView.GenerationView;
import dev.edgewise.session.Submission;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.subscriber.TestSubscriber;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Random sessions in which agents speak, call tools and hand over while they are
 * interrupted and heard; what must hold of every one of them is checked after each event
 * and at the end.
 */
class SurvivalRandomTests {

	private static final int SESSIONS = 40;

	@ParameterizedTest
	@ValueSource(longs = { 1, 2, 3, 4 })
	void nothingIsLostDoubledOrLeftOver(long seed) {
		for (long i = 0; i < SESSIONS; i++) {
			new Play(seed * 10_000 + i).play();
		}
	}

	private static final class Play {

		private final long seed;

		private final Random random;

		private final boolean acknowledged;

		private final Map<String, Speech> heard = new HashMap<>();

		private final Map<String, Integer> undone = new HashMap<>();

		private final Set<String> keyed = new HashSet<>();

		private final List<String> handled = new ArrayList<>();

		private final List<LogReader> responses = new ArrayList<>();

		private final List<LogReader> left = new ArrayList<>();

		private int tools;

		private int ids;

		Play(long seed) {
			this.seed = seed;
			this.random = new Random(seed);
			this.acknowledged = this.random.nextInt(4) > 0;
		}

		private boolean chance(int of) {
			return this.random.nextInt(of) == 0;
		}

		@SafeVarargs
		private <T> T any(T... values) {
			return values[this.random.nextInt(values.length)];
		}

		void play() {
			InterruptionPolicy.Builder words = InterruptionPolicy.builder("words")
				.minWords(2)
				.whileProtected(any(WhileProtected.values()));
			InterruptionPolicy.Builder patient = InterruptionPolicy.builder("patient")
				.minSpeech(Duration.ofMillis(300))
				.decideWithin(Duration.ofMillis(700))
				.whileProtected(any(WhileProtected.values()));
			Stage.Plan plan = Stage.with(routes())
				.policies(words.build(), patient.build())
				.initialAgent("front")
				.json();
			try (Stage stage = (this.acknowledged ? plan.acknowledged() : plan).open()) {
				TestSubscriber<Frame> reader = stage.read(0);
				try {
					int events = 10 + this.random.nextInt(50);
					for (int i = 0; i < events; i++) {
						stage.advanceMillis(any(0, 0, 10, 50, 120, 300, 600, 1_500));
						act(stage);
						check(stage, reader);
					}
					end(stage, reader);
				}
				catch (AssertionError | RuntimeException ex) {
					throw new AssertionError("Session " + this.seed + " " + Stage.tale(reader), ex);
				}
				finally {
					this.responses.forEach(LogReader::close);
				}
			}
		}

		private void end(Stage stage, TestSubscriber<Frame> reader) {
			if (chance(2)) {
				stage.advance(Duration.ofMinutes(20));
				check(stage, reader);
				assertThat(stage.view().generations()).isEmpty();
				assertComplete();
			}
			if (chance(3)) {
				for (int i = 0; i < 60 && !isClosed(reader); i++) {
					stage.advance(Duration.ofMinutes(1));
				}
			}
			else {
				stage.engine.close(Stage.SESSION).subscribe();
				stage.advance(Duration.ofSeconds(1));
			}
			assertThat(isClosed(reader)).isTrue();
			stage.advance(Duration.ofMinutes(1));
			List<Frame> frames = reader.getReceivedOnNext();
			assertFrames(frames);
			assertComplete();
			assertThat(this.handled).doesNotHaveDuplicates();
			Set<String> calls = new HashSet<>();
			frames.forEach((frame) -> {
				if (frame.event() instanceof ToolCall call && call.toolCallId().startsWith("t")) {
					assertThat(calls.add(call.toolCallId())).isTrue();
				}
			});
			assertThat(stage.spy.toolEnds).hasSameSizeAs(calls);
			assertThat(stage.spy.handlerFailures).hasValue(0);
			assertThat(this.undone.values()).allMatch((count) -> count == 1);
		}

		private static boolean isClosed(TestSubscriber<Frame> reader) {
			List<Frame> frames = reader.getReceivedOnNext();
			return !frames.isEmpty() && frames.get(frames.size() - 1).type().equals("SessionClosed");
		}

		private void assertComplete() {
			this.responses.removeAll(this.left);
			for (LogReader response : this.responses) {
				SurvivalLawTests.drain(response);
				assertThat(response.isComplete()).as("the end of a response").isTrue();
			}
		}

		private void act(Stage stage) {
			int kind = this.random.nextInt(30);
			if (kind == 0) {
				command(stage);
			}
			else if (kind == 1) {
				Stage.get(stage.engine.policy(Stage.SESSION, any("words", "patient", "immediate", null)));
			}
			else if (kind == 2) {
				List<GenerationView> generations = stage.view().generations();
				stage.publish(event(stage), null, generations.isEmpty() ? "none" : generations.get(0).id());
			}
			else if (kind < 5) {
				stage.publishAll(event(stage), event(stage), event(stage));
			}
			else if (kind < 9 && this.responses.size() < 12) {
				this.responses.add(Stage.get(stage.engine.publishAndRead(Stage.SESSION,
						List.of(new Submission(event(stage), "r" + this.ids++, null)))));
			}
			else if (kind == 9 && !this.responses.isEmpty()) {
				LogReader response = this.responses.remove(0);
				SurvivalLawTests.drain(response);
				response.close();
			}
			else if (kind == 10) {
				Object event = event(stage);
				String id = "d" + this.ids++;
				assertThat(stage.publish(event, id, null).duplicate()).isFalse();
				assertThat(stage.publish(event, id, null).duplicate()).isTrue();
			}
			else if (kind == 11 && chance(2)) {
				stage.publish(new EmergencyStop("enough"));
			}
			else {
				stage.publish(event(stage));
			}
		}

		private void command(Stage stage) {
			List<GenerationView> generations = stage.view().generations();
			String generation = generations.isEmpty() ? null : generations.get(0).id();
			try {
				Stage.get(stage.engine.interrupt(Stage.SESSION,
						new InterruptCommand(generation, null, this.random.nextBoolean(), "because"), null));
			}
			catch (UnknownGenerationException ex) {
				assertThat(generations).extracting(GenerationView::id).contains(generation);
			}
		}

		private Object event(Stage stage) {
			return switch (this.random.nextInt(this.acknowledged ? 17 : 13)) {
				case 0, 1, 2 -> new UserStartedSpeaking();
				case 3, 4, 5, 6 -> new UserStoppedSpeaking();
				case 7 -> new DTMFInput("7");
				case 8, 9 -> new UserTranscriptionReceived(any("uh-huh", "stop it", "well, and then?"),
						chance(3) ? true : null, null);
				case 10 -> new AgentHandoff(any("front", "billing", "billing", "nobody"), null);
				case 11 -> any(new ToolCall("x", "other", Map.of()), new ToolResult("x", "other", "y", null),
						new ToolResult("t" + this.tools, "book", "forged", null));
				default -> acknowledgement(stage);
			};
		}

		private Object acknowledgement(Stage stage) {
			List<Message> said = stage.conversation()
				.asGenerated()
				.stream()
				.filter((message) -> message.role() == Role.AGENT && message.generation() != null)
				.toList();
			Message last = said.isEmpty() ? null : said.get(Math.max(0, said.size() - 1 - this.random.nextInt(2)));
			String generation = (last != null && chance(2)) ? last.generation() : null;
			return switch (this.random.nextInt(8)) {
				case 0 -> new PlaybackProgress(generation, any(-1, 0, 3, 20, Integer.MAX_VALUE, Integer.MIN_VALUE),
						null, null);
				case 1 ->
					new PlaybackProgress(generation, null, any(0, 1, 4, Integer.MAX_VALUE, Integer.MIN_VALUE), null);
				case 2 -> new PlaybackProgress(generation, null, null, any(-1L, 700L, 3_000L, Long.MAX_VALUE));
				case 3 -> new AgentSpeechSent(any("", " ", "nobody wrote this", "word"));
				default -> {
					String rest = (last == null) ? "well"
							: last.speech().generated().substring(last.speech().heard().length());
					yield new AgentSpeechSent(
							chance(2) ? rest : rest.substring(0, this.random.nextInt(rest.length() + 1)));
				}
			};
		}

		private RouteDefinition[] routes() {
			return new RouteDefinition[] {
					turn("talker").agent("front").stream((event, generation) -> say(generation)).broadcast(),
					turn("biller").agent("billing").stream((event, generation) -> say(generation)).broadcast(),
					Routes.on(DTMFInput.class)
						.id("menu")
						.overlap(Overlap.PARALLEL)
						.maxConcurrency(2)
						.interruptible(!chance(6))
						.interruptOn(UserTranscriptionReceived.class)
						.onInterrupt(this::handle)
						.stream((event, generation) -> say(generation))
						.broadcast(),
					Routes.on(AgentSpeechInterrupted.class, ToolResult.class)
						.id("epilogue")
						.overlap(any(Overlap.values()))
						.interruptOn(AgentHandoff.class, AgentSpeechSent.class)
						.onInterrupt(this::handle)
						.stream((event, generation) -> chance(3) ? say(generation) : Flux.empty())
						.broadcast() };
		}

		private Routes.Trigger<UserStoppedSpeaking> turn(String id) {
			return Routes.on(UserStoppedSpeaking.class)
				.id(id)
				.policy(any("words", "patient", "immediate"))
				.overlap(any(Overlap.REPLACE, Overlap.REPLACE, Overlap.QUEUE, Overlap.PARALLEL))
				.interruptOn(UserStartedSpeaking.class)
				.onInterrupt(this::handle);
		}

		private void handle(Interruption interruption) {
			this.handled.add(interruption.generation());
			assertThat(interruption.generated()).startsWith(interruption.heard());
		}

		private Flux<Object> say(Generation generation) {
			List<Publisher<?>> items = new ArrayList<>();
			int count = this.random.nextInt(9);
			String name = generation.id().substring(0, 4);
			for (int i = 0; i < count; i++) {
				Publisher<?> item = switch (this.random.nextInt(16)) {
					case 0 -> Mono.just(new AgentResponse(name + " keep " + i + ". ", false));
					case 1 -> Mono.just(new AgentHandoff(any("front", "billing", "nobody"), null));
					case 2, 3, 4, 5 -> tool(generation);
					case 6 -> Mono.just(new ToolCall("raw", "raw", Map.of()));
					case 7 -> Mono.just(new AgentSpeechSent(name + " word "));
					case 8 -> section(generation, name);
					case 9 -> Mono.just("");
					default -> Mono.just(name + " word " + i + ". ");
				};
				items.add(Mono.delay(Duration.ofMillis(any(0, 1, 40, 200, 500))).thenMany(item));
			}
			Flux<Object> said = Flux.concat(items);
			return switch (this.random.nextInt(12)) {
				case 0 -> said.concatWith(Mono.error(new IllegalStateException("on purpose")));
				case 1 -> said.concatWith(Mono.never());
				default -> said;
			};
		}

		private Publisher<?> section(Generation generation, String name) {
			return Flux.using(generation::protect,
					(section) -> Flux.just(name + " secret ", "part. ").delayElements(Duration.ofMillis(60)),
					Protection::close);
		}

		private Publisher<?> tool(Generation generation) {
			String id = "t" + this.tools++;
			Publisher<?> work = switch (this.random.nextInt(6)) {
				case 0 -> Mono.never();
				case 1 -> Mono.error(new IllegalStateException("no seat"));
				case 2 -> Mono.just("now");
				default -> Mono.delay(Duration.ofMillis(any(20, 150, 400, 2_000)));
			};
			String key = chance(3) ? "k" + this.random.nextInt(3) : null;
			if (key != null) {
				this.keyed.add(id);
			}
			ToolPolicy policy = new ToolPolicy(any(ToolPolicy.OnInterruption.values()),
					Duration.ofMillis(any(100, 1_000, 30_000)),
					(result) -> this.undone.merge(result.toolCallId(), 1, Integer::sum), key);
			Mono<ToolResult> answer = generation.tool(new ToolCall(id, "book", Map.of("n", id)), work, policy);
			// It may be waited for, or run while its node goes on.
			return chance(3) ? Mono.fromRunnable(() -> answer.subscribe((result) -> {
			}, (failure) -> {
			})) : answer.onErrorResume((failure) -> Mono.empty());
		}

		private void check(Stage stage, TestSubscriber<Frame> reader) {
			List<Frame> frames = reader.getReceivedOnNext();
			assertFrames(frames);
			// What stands still for a decision has not reached the reader.
			if (!frames.isEmpty() && frames.get(frames.size() - 1).sequence() == stage.view().lastSequence()) {
				assertHistory(stage.conversation(), frames);
			}
		}

		private void assertFrames(List<Frame> frames) {
			Map<String, String> ends = new HashMap<>();
			Set<String> started = new HashSet<>();
			// Their first frame was not taken before they were fenced.
			Set<String> headless = new HashSet<>();
			Set<String> spoken = new HashSet<>();
			Map<String, Integer> results = new HashMap<>();
			Map<String, String> calls = new HashMap<>();
			boolean closed = false;
			for (Frame frame : frames) {
				assertThat(closed).as("after the close: %s", frame).isFalse();
				String generation = frame.generation();
				if (generation != null) {
					assertThat(ends).as("%s", frame).doesNotContainKey(generation);
					if (started.add(generation)) {
						if (!frame.type().equals("AgentGenerationStarted")) {
							headless.add(generation);
						}
					}
					else {
						assertThat(frame.type()).isNotEqualTo("AgentGenerationStarted");
					}
				}
				switch (frame.type()) {
					case "AgentGenerationComplete", "AgentGenerationInterrupted", "AgentGenerationFailed" ->
						ends.put(generation, frame.type());
					case "SessionClosed" -> closed = true;
					default -> {
					}
				}
				if (frame.event() instanceof AgentSpeechInterrupted cut) {
					assertThat(ends).containsEntry(cut.generation(), "AgentGenerationComplete");
					assertThat(spoken.add(cut.generation())).isTrue();
					assertThat(this.acknowledged).isTrue();
				}
				if (frame.event() instanceof ToolCall call && call.toolCallId().startsWith("t")) {
					calls.put(call.toolCallId(), generation);
				}
				if (frame.event() instanceof ToolResult result && calls.containsKey(result.toolCallId())
						&& !"forged".equals(result.result())) {
					assertThat(results.merge(result.toolCallId(), 1, Integer::sum)).as("%s", frame).isEqualTo(1);
				}
			}
			headless.forEach((generation) -> assertThat(ends.getOrDefault(generation, "AgentGenerationInterrupted"))
				.isEqualTo("AgentGenerationInterrupted"));
			if (closed) {
				assertThat(ends.keySet()).isEqualTo(started);
				assertThat(results.keySet()).isEqualTo(calls.keySet());
			}
		}

		private void assertHistory(ConversationContext history, List<Frame> frames) {
			Set<String> cut = new HashSet<>();
			Map<String, String> outcomes = new HashMap<>();
			for (Frame frame : frames) {
				if (frame.type().equals("AgentGenerationInterrupted")) {
					cut.add(frame.generation());
				}
				else if (frame.event() instanceof AgentSpeechInterrupted of) {
					cut.add(of.generation());
				}
				else if (frame.event() instanceof ToolResult result && result.toolCallId().startsWith("t")
						&& !"forged".equals(result.result())) {
					outcomes.put(result.toolCallId(),
							(result.error() != null) ? result.error() : String.valueOf(result.result()));
				}
			}
			Set<String> told = new HashSet<>();
			for (Message message : history.asGenerated()) {
				if (message.role() == Role.TOOL) {
					assertThat(message.call().toolCallId()).isEqualTo(message.result().toolCallId());
					String id = message.call().toolCallId();
					if (id.startsWith("t") && !"forged".equals(message.text())) {
						assertThat(told.add(id)).as("one message of %s", id).isTrue();
						assertThat(message.text()).isEqualTo(outcomes.get(id));
						assertThat(message.call().toolArgs()).isEqualTo(Map.of("n", id));
					}
				}
				else if (message.role() == Role.AGENT && message.generation() != null) {
					assertHeard(message, cut.contains(message.generation()));
				}
			}
			assertThat(told).isEqualTo(outcomes.keySet());
		}

		private void assertHeard(Message message, boolean cut) {
			Speech now = message.speech();
			assertThat(now.generated()).startsWith(now.heard());
			assertThat(message.interrupted()).as("%s", message).isEqualTo(cut);
			Speech before = this.heard.put(message.generation(), now);
			if (before != null) {
				assertThat(now.generated()).startsWith(before.generated());
				if (before.evidence() != HeardBy.ASSUMED || now.evidence() == HeardBy.ASSUMED) {
					assertThat(now.heard()).startsWith(before.heard());
				}
				assertThat(before.heardInFull() && cut && this.acknowledged).isFalse();
			}
			if (this.acknowledged) {
				assertThat(now.evidence()).isNotEqualTo(HeardBy.ASSUMED);
			}
		}

	}

}
