package dev.edgewise.benchmark;

import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

import dev.edgewise.Receipt;
import dev.edgewise.Route;
import dev.edgewise.Session;
import dev.edgewise.event.AgentResponse;
import dev.edgewise.event.UserStartedSpeaking;
import dev.edgewise.event.UserStoppedSpeaking;
import dev.edgewise.session.LogReader;
import dev.edgewise.session.LogReader.Taken;
import dev.edgewise.session.SessionEngine;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import reactor.core.publisher.Flux;

/**
 * A session whose agent has said more than its stream has taken: the items stand in the
 * log, and the stream, which is open, stands before them. Whatever their number, the
 * process has just dealt with as many items in all, the rest of them in a session beside
 * it, so that the processor's caches make no difference.
 */
@State(Scope.Benchmark)
public class Backlog {

	private static final int ITEMS = 1_000;

	/**
	 * Turns before anything is measured, since with many items there are few a second.
	 */
	private static final int REHEARSALS = 5_000;

	/** Enough for all items, so that the slow stream does not hold them up. */
	private static final Map<String, Object> PROPERTIES = Map.of("edgewise.generation.prefetch", 2_048,
			"edgewise.session.log.frames", 2_048);

	/** How many items are queued. */
	@Param({ "1", "10", "1000" })
	public int queued;

	private Stage stage;

	private Speech measured;

	private Speech beside;

	@Setup
	public void open() {
		this.stage = new Stage(Agent.class, PROPERTIES);
		this.measured = new Speech(this.stage.engine(), "measured");
		this.beside = new Speech(this.stage.engine(), "beside");
		for (int i = 0; i < REHEARSALS; i++) {
			this.measured.begin(1);
			this.measured.cutOff();
			this.measured.read();
		}
	}

	@TearDown
	public void close() {
		this.stage.close();
	}

	/**
	 * Has the items queued.
	 */
	@Setup(Level.Invocation)
	public void speak() {
		this.beside.begin(ITEMS - this.queued);
		this.measured.begin(this.queued);
	}

	/**
	 * Has the streams take what is left, which is no item.
	 */
	@TearDown(Level.Invocation)
	public void read() {
		this.beside.cutOff();
		this.beside.read();
		this.measured.read();
	}

	Receipt cutOff() {
		return this.measured.cutOff();
	}

	/**
	 * A session and its stream.
	 */
	private static final class Speech {

		private final SessionEngine engine;

		private final String id;

		private final AtomicInteger items = new AtomicInteger();

		private final LogReader stream;

		Speech(SessionEngine engine, String id) {
			this.engine = engine;
			this.id = engine.open(id, Map.of(Agent.ITEMS, this.items)).block().id();
			this.stream = engine.reader(id, 0);
		}

		void begin(int items) {
			this.items.set(items);
			Receipt receipt = this.engine.publish(this.id, new UserStoppedSpeaking()).block();
			long last = receipt.sequence() + 1 + items;
			while (this.engine.view(this.id).block().lastSequence() < last) {
				Thread.onSpinWait();
			}
		}

		Receipt cutOff() {
			Receipt receipt = this.engine.publish(this.id, new UserStartedSpeaking()).block();
			if (receipt.interrupted().size() != 1) {
				throw new IllegalStateException("Nothing was cut off");
			}
			return receipt;
		}

		void read() {
			Taken taken;
			while ((taken = this.stream.take()) != null) {
				if (taken.frame().event() instanceof AgentResponse) {
					throw new IllegalStateException("An item was taken behind the fence");
				}
			}
			this.stream.flush();
		}

	}

	/**
	 * Says so many items at once, and has not finished.
	 */
	static class Agent {

		static final String ITEMS = "items";

		@Route(on = UserStoppedSpeaking.class, interruptOn = UserStartedSpeaking.class)
		Flux<AgentResponse> speak(Session session) {
			return Flux.range(0, ((AtomicInteger) session.attributes().get(ITEMS)).get())
				.map((number) -> new AgentResponse("word " + number + " "))
				.concatWith(Flux.never());
		}

	}

}
