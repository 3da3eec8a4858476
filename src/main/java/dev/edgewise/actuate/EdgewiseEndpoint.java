package dev.edgewise.actuate;

import java.time.Duration;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.edgewise.interruption.InterruptionPolicy;
import dev.edgewise.interruption.InterruptionPolicy.WhileProtected;
import dev.edgewise.interruption.Policies;
import dev.edgewise.route.RouteReport;
import dev.edgewise.route.RouteTable;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;

/**
 * Shows the routes of the application, as the report at its start does, and the policies
 * that decide about interruptions; the routes as a diagram besides.
 */
@Endpoint(id = "edgewise")
public final class EdgewiseEndpoint {

	private static final String MERMAID = "mermaid";

	private final RouteTable routes;

	private final Policies policies;

	/**
	 * Creates the endpoint.
	 * @param routes the routes
	 * @param policies the policies that they may name
	 */
	public EdgewiseEndpoint(RouteTable routes, Policies policies) {
		this.routes = routes;
		this.policies = policies;
	}

	/**
	 * The routes and the policies.
	 */
	@ReadOperation
	public Setup setup() {
		return new Setup(this.routes.initialAgent(),
				new RouteReport().entries(this.routes).stream().map(RouteDescription::of).toList(),
				this.policies.names().stream().map(this.policies::get).map(PolicyDescription::of).toList());
	}

	/**
	 * The routes in another form.
	 * @param form {@code mermaid}, the text of a flowchart
	 * @return null if there is no such form
	 */
	@ReadOperation(produces = "text/plain;charset=UTF-8")
	public @Nullable String drawing(@Selector String form) {
		return form.equals(MERMAID) ? new RouteDiagram().render(new RouteReport().entries(this.routes)) : null;
	}

	/**
	 * What an application does with events.
	 *
	 * @param initialAgent the agent that sessions begin with; null if there is none
	 * @param routes the routes, in the order in which they start
	 * @param policies the policies, by name
	 */
	@JsonInclude(JsonInclude.Include.NON_NULL)
	public record Setup(@Nullable String initialAgent, List<RouteDescription> routes,
			List<PolicyDescription> policies) {
	}

	/**
	 * A route.
	 *
	 * @param id its id
	 * @param source the bean, and the method if there is one
	 * @param agent the agent while which is active it starts; null for always
	 * @param on the events that start it
	 * @param startsIf what an event must pass to start it; null for nothing
	 * @param interruptedBy the events that interrupt it
	 * @param cutIf what an event must pass to interrupt it; null for nothing
	 * @param interruptible whether what is not forced can interrupt it
	 * @param policy the policy that decides about interruptions
	 * @param overlap what a second starting event does
	 * @param style how its node runs
	 * @param handlers what is called after an interruption, in order
	 */
	@JsonInclude(JsonInclude.Include.NON_NULL)
	public record RouteDescription(String id, String source, @Nullable String agent, List<String> on,
			@Nullable String startsIf, List<String> interruptedBy, @Nullable String cutIf, boolean interruptible,
			String policy, String overlap, String style, List<String> handlers) {

		static RouteDescription of(RouteReport.Entry entry) {
			return new RouteDescription(entry.id(), entry.source(), entry.agent(), entry.on(), entry.startsIf(),
					entry.interruptedBy(), entry.cutIf(), entry.interruptible(),
					(entry.policy() != null) ? entry.policy() : InterruptionPolicy.IMMEDIATE_NAME, entry.overlap(),
					entry.style(), entry.handlers());
		}

	}

	/**
	 * A policy. Times are in milliseconds.
	 *
	 * @param name its name
	 * @param minWords words that an utterance must have
	 * @param minSpeechMillis time that the user must have spoken
	 * @param minConfidence confidence that the recogniser must have
	 * @param stopPhrases what interrupts at once
	 * @param backchannels what does not interrupt
	 * @param backOffMillis time after an interruption in which speech does not interrupt
	 * @param protectFirstMillis time of a reply in which speech does not interrupt
	 * @param protectFirstWords words of a reply before which speech does not interrupt
	 * @param flappingMax utterances that may interrupt within the window
	 * @param flappingWindowMillis the window
	 * @param decideWithinMillis time after which a pause is decided
	 * @param transcriptWaitMillis time that a final transcript is waited for
	 * @param whileProtected what becomes of speech to a protected generation
	 * @param floorMaxWords words of a user's turn at which the agent takes the floor
	 * @param floorMaxMillis time of a user's turn at which the agent takes the floor
	 */
	public record PolicyDescription(String name, int minWords, long minSpeechMillis, double minConfidence,
			PhrasesDescription stopPhrases, PhrasesDescription backchannels, long backOffMillis,
			long protectFirstMillis, int protectFirstWords, int flappingMax, long flappingWindowMillis,
			long decideWithinMillis, long transcriptWaitMillis, WhileProtected whileProtected, int floorMaxWords,
			long floorMaxMillis) {

		static PolicyDescription of(InterruptionPolicy policy) {
			return new PolicyDescription(policy.name(), policy.minWords(), millis(policy.minSpeech()),
					policy.minConfidence(),
					new PhrasesDescription(policy.stopPhrases().all(), policy.stopPhrases().byLanguage()),
					new PhrasesDescription(policy.backchannels().all(), policy.backchannels().byLanguage()),
					millis(policy.backOff()), millis(policy.protectFirst()), policy.protectFirstWords(),
					policy.flappingMax(), millis(policy.flappingWindow()), millis(policy.decideWithin()),
					millis(policy.transcriptWait()), policy.whileProtected(), policy.floorMaxWords(),
					millis(policy.floorMaxTime()));
		}

		private static long millis(Duration duration) {
			return duration.toMillis();
		}

	}

	/**
	 * Phrases of a policy.
	 *
	 * @param all those for every language
	 * @param languages those for one language, by its tag
	 */
	public record PhrasesDescription(List<String> all, Map<String, List<String>> languages) {
	}

}
