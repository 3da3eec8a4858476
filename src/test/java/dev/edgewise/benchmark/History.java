package dev.edgewise.benchmark;

import java.util.Map;

import dev.edgewise.ConversationContext;
import dev.edgewise.Receipt;
import dev.edgewise.Route;
import dev.edgewise.event.AgentResponse;
import dev.edgewise.event.UserStartedSpeaking;
import dev.edgewise.event.UserStoppedSpeaking;
import dev.edgewise.event.UserTranscriptionReceived;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import reactor.core.publisher.Flux;

/**
 * A session with a long history, which has reached its bound: each turn adds two messages
 * to it, and the two oldest go.
 */
@State(Scope.Benchmark)
public class History {

	/** What {@link Marks} call the time from the event to the receipt. */
	static final String FENCE = "fence";

	private static final UserTranscriptionReceived QUESTION = new UserTranscriptionReceived(
			"and what is the weather going to be like tomorrow", false, 0.9);

	/** How many messages it has. */
	@Param({ "10", "1000", "10000" })
	public int messages;

	private Stage stage;

	private Voice voice;

	@Setup
	public void open() {
		this.stage = new Stage(Agent.class, Map.of("edgewise.session.conversation.messages", this.messages,
				"edgewise.session.conversation.characters", 1 << 24));
		this.voice = new Voice(this.stage.engine(), "history");
		for (int i = 0; i < this.messages; i++) {
			ask();
		}
		check();
	}

	@TearDown
	public void close() {
		check();
		this.stage.close();
	}

	private void check() {
		int size = this.stage.engine().conversation(this.voice.id()).block().messages().size();
		if (size != this.messages) {
			throw new IllegalStateException("The history has " + size + " messages");
		}
	}

	private void ask() {
		this.stage.engine().publish(this.voice.id(), QUESTION).block();
	}

	/**
	 * A whole turn: the user asks, the agent begins to answer, the user cuts it off.
	 */
	Receipt turn() {
		ask();
		this.voice.begin();
		this.voice.awaitWord();
		long published = System.nanoTime();
		Receipt receipt = this.voice.cutOff();
		Marks.add(FENCE, System.nanoTime() - published);
		return receipt;
	}

	/**
	 * Says how long the history is, and has not finished.
	 */
	static class Agent {

		@Route(on = UserStoppedSpeaking.class, interruptOn = UserStartedSpeaking.class)
		Flux<AgentResponse> answer(ConversationContext conversation) {
			return Flux.concat(Flux.just(new AgentResponse("Of " + conversation.messages().size() + " messages")),
					Flux.never());
		}

	}

}
