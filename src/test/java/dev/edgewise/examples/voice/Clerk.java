package dev.edgewise.examples.voice;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

import dev.edgewise.Agent;
import dev.edgewise.ConversationContext;
import dev.edgewise.ConversationContext.Message;
import dev.edgewise.ConversationContext.Role;
import dev.edgewise.Generation;
import dev.edgewise.Interruption;
import dev.edgewise.OnInterrupt;
import dev.edgewise.Route;
import dev.edgewise.ToolPolicy;
import dev.edgewise.event.AgentHandoff;
import dev.edgewise.event.ToolCall;
import dev.edgewise.event.ToolResult;
import dev.edgewise.event.UserStartedSpeaking;
import dev.edgewise.event.UserStoppedSpeaking;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;

import org.springframework.stereotype.Component;

/**
 * Answers the telephone: reads the programme, books seats, and goes on where the caller
 * cut in.
 */
@Component
@Agent(value = "clerk", initial = true)
class Clerk {

	static final String PROGRAMME = "On **Monday** we play Hamlet. On **Tuesday** we play Faust. "
			+ "Seats are $12. On Friday the house is closed.";

	private static final String TOPIC = "topic";

	private final Theatre theatre;

	private final List<Interruption> interruptions = new CopyOnWriteArrayList<>();

	private final List<String> notes = new CopyOnWriteArrayList<>();

	Clerk(Theatre theatre) {
		this.theatre = theatre;
	}

	@Route(on = UserStoppedSpeaking.class, interruptOn = UserStartedSpeaking.class)
	Flux<?> answer(ConversationContext conversation, Generation generation, @Nullable Interruption previous) {
		if (conversation.heardNote() != null) {
			this.notes.add(conversation.heardNote());
		}
		String wish = lastWords(conversation);
		if (wish.contains("go on") && previous != null) {
			return Flux.just("About the " + previous.state().get(TOPIC) + ": ", previous.remainder().strip());
		}
		if (wish.contains("programme")) {
			generation.state(TOPIC, "programme");
			return Flux.fromArray(PROGRAMME.split("(?<= )"));
		}
		if (wish.contains("seats")) {
			return book(generation);
		}
		if (wish.contains("row")) {
			return look(generation);
		}
		return wish.contains("pay") ? Flux.just("I shall put you through.", new AgentHandoff("cashier", null))
				: Flux.just("Pardon?");
	}

	/**
	 * Books whatever the caller says meanwhile, and gives the seats back if the caller
	 * has hung up or gone on to something else without hearing of them.
	 */
	private Flux<?> book(Generation generation) {
		ToolCall call = new ToolCall(generation.id() + "-book", "book", Map.of("seats", 2));
		ToolPolicy policy = ToolPolicy.FINISH.withCompensation((result) -> this.theatre.release(result.result()));
		return generation.tool(call, this.theatre.book(2), policy)
			.flatMapMany((result) -> Flux.just("You have ", "two seats in row " + result.result() + "."));
	}

	/**
	 * Only looks, so nothing is lost if it is cancelled.
	 */
	private Flux<?> look(Generation generation) {
		ToolCall call = new ToolCall(generation.id() + "-look", "look", Map.of());
		return generation.tool(call, this.theatre.book(0), ToolPolicy.CANCEL).map(Clerk::row).flux();
	}

	private static String row(ToolResult result) {
		return (result.error() == null) ? "There is row " + result.result() + "." : "I cannot tell.";
	}

	@OnInterrupt
	void interrupted(Interruption interruption) {
		this.interruptions.add(interruption);
	}

	List<Interruption> interruptions() {
		return this.interruptions;
	}

	List<String> notes() {
		return this.notes;
	}

	private static String lastWords(ConversationContext conversation) {
		List<Message> words = conversation.messages()
			.stream()
			.filter((message) -> message.role() == Role.USER)
			.toList();
		return words.isEmpty() ? "" : words.get(words.size() - 1).text().toLowerCase(Locale.ROOT);
	}

}
