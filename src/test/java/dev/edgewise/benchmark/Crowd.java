package dev.edgewise.benchmark;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;

import dev.edgewise.Receipt;
import dev.edgewise.Route;
import dev.edgewise.Session;
import dev.edgewise.event.AgentResponse;
import dev.edgewise.event.UserStartedSpeaking;
import dev.edgewise.event.UserStoppedSpeaking;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * Sessions in all of which an agent speaks at the pace of a model, fifty items a second,
 * and which are cut off in turn, a thousand times a second in all.
 */
@State(Scope.Benchmark)
public class Crowd {

	/** How long a plain executor takes to begin with what it is handed. */
	static final String WOKEN = "woken";

	private static final Duration PACE = Duration.ofMillis(20);

	private static final long TURN = TimeUnit.MILLISECONDS.toNanos(1);

	/** How many sessions there are. */
	@Param({ "1", "100", "1000" })
	public int sessions;

	private Stage stage;

	private List<Voice> voices;

	/** A thread that is handed something to do as often as the engine's is. */
	private ExecutorService other;

	private int next;

	private long due;

	/** The one to be cut off. */
	private Voice voice;

	@Setup
	public void open() {
		this.stage = new Stage(Agent.class, Map.of("edgewise.log.total-bytes", "768MB"));
		this.voices = IntStream.range(0, this.sessions)
			.mapToObj((number) -> new Voice(this.stage.engine(), "voice-" + number))
			.toList();
		this.voices.forEach(Voice::begin);
		this.other = Executors.newSingleThreadExecutor();
		this.due = System.nanoTime();
	}

	@TearDown
	public void close() {
		this.stage.close();
		this.other.shutdown();
	}

	/**
	 * Waits for the turn of a session.
	 */
	@Setup(Level.Invocation)
	public void choose() {
		this.voice = this.voices.get(this.next);
		this.next = (this.next + 1) % this.sessions;
		this.voice.awaitWord();
		long handed = System.nanoTime();
		this.other.execute(() -> Marks.add(WOKEN, System.nanoTime() - handed));
		this.due = Math.max(this.due + TURN, System.nanoTime());
		long left;
		while ((left = this.due - System.nanoTime()) > 0) {
			LockSupport.parkNanos(left);
		}
	}

	/**
	 * Lets it speak again.
	 */
	@TearDown(Level.Invocation)
	public void goOn() {
		this.voice.begin();
	}

	Receipt cutOff() {
		return this.voice.cutOff();
	}

	/**
	 * Speaks as a model does, on threads of its own.
	 */
	static class Agent implements AutoCloseable {

		private final Scheduler model = Schedulers.newParallel("model", 2, true);

		@Route(on = UserStoppedSpeaking.class, interruptOn = UserStartedSpeaking.class)
		Flux<AgentResponse> speak(Session session) {
			return Flux.interval(Duration.ZERO, PACE, this.model)
				.onBackpressureBuffer()
				.map((number) -> new AgentResponse("word " + number + " "))
				.doOnCancel(Voice.of(session)::cancelled);
		}

		@Override
		public void close() {
			this.model.dispose();
		}

	}

}
