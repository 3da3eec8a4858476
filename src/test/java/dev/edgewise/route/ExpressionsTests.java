package dev.edgewise.route;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.IntStream;

import dev.edgewise.Session;
import dev.edgewise.event.CustomReceived;
import dev.edgewise.event.UserEvent;
import dev.edgewise.event.UserStartedSpeaking;
import dev.edgewise.event.UserTranscriptionReceived;
import dev.edgewise.route.InvalidRoutesException.Problem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.expression.EvaluationException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class ExpressionsTests {

	private final DefaultListableBeanFactory beanFactory = new DefaultListableBeanFactory();

	private final Expressions expressions = new Expressions(this.beanFactory);

	private final Place place = Place.of("bean");

	private final UserTranscriptionReceived transcription = new UserTranscriptionReceived("hello", false, 0.9);

	@ParameterizedTest
	@ValueSource(strings = { "generation.spokenFor.toMillis() > 500", "generation.elapsed.seconds == 1",
			"generation.generated.length() == 3", "!generation.interrupted", "generation.conversation.messages.empty",
			"generation.conversation.messages.size() == 0", "generation.cause.sequence == 1",
			"generation.cause.sequence.toString() == '1'", "generation.cause.event.content == 'hello'",
			"generation.previous == null", "generation.startedAt != null", "generation.session.id == session.id",
			"session.id == 's'", "session.agent != 'billing'", "session.attributes.locale == 'en'",
			"session.attributes.nothing == null", "session.attributes['vip']", "session.attributes.vip",
			"event.content == 'hello' and event.confidence > 0.5", "event.content.contains('ell')",
			"event.content matches 'h.*'", "event.content() == 'hello'", "#root.event.content != null",
			"event.interim ? false : true", "(event.confidence ?: 0.0) > 0.5", "event.confidence between {0.5, 1.0}",
			"{'hello', 'bye'}.contains(event.content)", "{'hello', 'bye'}.?[#this == 'hello'].size() == 1",
			"generation.elapsed().toMillis() > 1 ", "event?.content?.length() > 3" })
	void readsWhatConditionsSpeakOf(String text) {
		CompiledRoute.Condition condition = condition(text, UserTranscriptionReceived.class);
		assertThat(this.place.problems()).isEmpty();
		assertThat(condition.test(this.transcription, GivenGeneration.startedBy(this.transcription))).isTrue();
	}

	@ParameterizedTest
	@ValueSource(strings = { "event.content == 'hello'", "session.attributes['vip'] and event.confidence > 0.5" })
	void readsWhatFiltersSpeakOf(String text) {
		CompiledRoute.Filter filter = filter(text, UserTranscriptionReceived.class);
		assertThat(this.place.problems()).isEmpty();
		assertThat(filter.test(this.transcription, session())).isTrue();
	}

	@Test
	void readsEventsOfAllKinds() {
		assertThat(filter("event.metadata.size == 2 and event.metadata['size'] == 2", CustomReceived.class)
			.test(new CustomReceived(Map.of("size", 2)), session())).isTrue();
		assertThat(filter("event.size == 2", Map.class).test(Map.of("size", 2), session())).isTrue();
		assertThat(filter("event.name == 'x' and event.open and event.number == 3", BeanLike.class).test(new BeanLike(),
				session()))
			.isTrue();
		assertThat(filter("event.name == 'x'", Object.class).test(new BeanLike(), session())).isTrue();
		assertThat(filter("event.words.length == 1 and event.words[0] == 'a'", Words.class)
			.test(new Words(new String[] { "a" }, Optional.empty()), session())).isTrue();
		assertThat(this.place.problems()).isEmpty();
	}

	@Test
	void callsBeansByName() {
		this.beanFactory.registerSingleton("policy", new Policy());
		CompiledRoute.Condition condition = condition("@policy.allows(event, generation.spokenFor)",
				UserTranscriptionReceived.class);
		assertThat(this.place.problems()).isEmpty();
		assertThat(condition.test(this.transcription, GivenGeneration.startedBy(this.transcription))).isTrue();
	}

	@Test
	void reportsBeansThatAreNotThereAndMethodsThatAreNotPublic() {
		this.beanFactory.registerSingleton("policy", new Policy());
		assertProblem(() -> filter("@polcy.allows(event)", UserEvent.class), "there is no bean 'polcy'");
		assertProblem(() -> filter("@policy.secret(event)", UserEvent.class),
				"the method 'secret' of Policy is not public");
	}

	@ParameterizedTest
	@ValueSource(strings = { "T(java.lang.Runtime).getRuntime() != null", "event instanceof T(String)" })
	void refusesTypes(String text) {
		filter(text, UserEvent.class);
		assertThat(this.place.problems()).extracting(Problem::what).anyMatch((what) -> what.endsWith("names a type"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "new java.lang.String('x') == 'x'", "new int[1] != null" })
	void refusesConstructors(String text) {
		filter(text, UserEvent.class);
		assertThat(this.place.problems()).extracting(Problem::what)
			.anyMatch((what) -> what.endsWith("calls a constructor"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "event.content = 'x'", "session.attributes['vip'] = false", "#x = 1", "event.count++ > 1",
			"--event.count > 1" })
	void refusesAssignment(String text) {
		filter(text, Object.class);
		assertThat(this.place.problems()).extracting(Problem::what).anyMatch((what) -> what.endsWith("assigns"));
	}

	@Test
	void refusesFunctionsAndVariables() {
		assertProblem(() -> filter("#now() > 1", UserEvent.class), "'#now()' is a function");
		assertProblem(() -> filter("#event.content == 'x'", UserEvent.class), "there is no variable '#event'");
	}

	@Test
	void refusesWhatReachesBeyondTheData() {
		assertProblem(() -> filter("event.getClass() != null", UserTranscriptionReceived.class),
				"UserTranscriptionReceived has no method 'getClass' with 0 arguments");
		assertProblem(() -> filter("event.class != null", UserTranscriptionReceived.class),
				"UserTranscriptionReceived has no property 'class'");
		CompiledRoute.Filter lenient = new Expressions(this.beanFactory).filter("event.class.name == 'x'",
				List.of(Object.class), Place.of("other"));
		assertThatExceptionOfType(EvaluationException.class)
			.isThrownBy(() -> lenient.test(this.transcription, session()));
	}

	@Test
	void refusesMethodsThatReturnNothing() {
		assertProblem(() -> condition("generation.emit('x')", UserEvent.class),
				"the method 'emit' of Generation returns nothing");
	}

	@Test
	void reportsTyposOnGenerationAndSession() {
		assertProblem(() -> condition("generation.spokenfor.toMillis() > 500", UserEvent.class),
				"Generation has no property 'spokenfor'");
		assertProblem(() -> condition("generation.spokenFor.toMilis() > 500", UserEvent.class),
				"Duration has no method 'toMilis' with 0 arguments");
		assertProblem(() -> condition("generation.elapsd().toMillis() > 500", UserEvent.class),
				"Generation has no method 'elapsd' with 0 arguments");
		assertProblem(() -> condition("session.attribute.vip", UserEvent.class), "Session has no property 'attribute'");
		assertProblem(() -> condition("event != null && generation.cause.sequnce > 3", UserEvent.class),
				"Frame has no property 'sequnce'");
	}

	@Test
	void reportsWhatTheRootDoesNotHave() {
		assertProblem(() -> filter("generation.elapsed.toMillis() > 5", UserEvent.class), "there is no 'generation'");
		assertProblem(() -> condition("evnt.content == 'x'", UserEvent.class), "there is no 'evnt'");
		assertProblem(() -> condition("isQuiet()", UserEvent.class), "there is no method 'isQuiet'");
		assertProblem(() -> condition("event.content.equals(sesion.id)", UserTranscriptionReceived.class),
				"there is no 'sesion'");
	}

	@Test
	void reportsTyposOnEventsAndTellsWhatThereIs() {
		filter("event.contnt == 'x'", UserTranscriptionReceived.class);
		assertThat(this.place.problems()).singleElement().satisfies((problem) -> {
			assertThat(problem.attribute()).isEqualTo("filter");
			assertThat(problem.what()).isEqualTo("UserTranscriptionReceived has no property 'contnt'");
			assertThat(problem.instead())
				.isEqualTo("UserTranscriptionReceived has content, interim, confidence, speaker");
		});
	}

	@Test
	void reportsPropertiesThatOnlySomeEventsHave() {
		filter("event.content == 'x'", UserTranscriptionReceived.class, UserStartedSpeaking.class);
		assertThat(this.place.problems()).singleElement().satisfies((problem) -> {
			assertThat(problem.what()).isEqualTo("UserStartedSpeaking has no property 'content'");
			assertThat(problem.instead()).startsWith("Write what all events of the route have, or a route for each");
		});
	}

	@Test
	void isLenientAboutWhatSubtypesMayHave() {
		filter("event.content == 'x'", UserEvent.class);
		filter("event.anything == 'x'", Open.class);
		filter("event.anything == 'x'", Object.class);
		filter("event.metadata.anything.deeper == 'x'", CustomReceived.class);
		assertThat(this.place.problems()).isEmpty();
		assertProblem(() -> filter("event.anything == 'x'", UserEvent.class), "UserEvent has no property 'anything'");
		assertProblem(() -> filter("event.anything == 'x'", BeanLike.class), "BeanLike has no property 'anything'");
	}

	@ParameterizedTest
	@ValueSource(strings = { "'true'", "1", "event.content", "session", "generation.elapsed.toMillis()", "1 + 2",
			"{true}", "event.interim ? 'a' : 'b'" })
	void reportsWhatIsPlainlyNotABoolean(String text) {
		condition(text, UserTranscriptionReceived.class);
		assertThat(this.place.problems()).singleElement()
			.satisfies((problem) -> assertThat(problem.what()).contains("not a boolean"));
	}

	@ParameterizedTest
	@ValueSource(strings = { " ", "event.", "event.content == 'x", "(event", "event content" })
	void reportsWhatCannotBeRead(String text) {
		assertThat(filter(text, UserTranscriptionReceived.class)).isNull();
		assertThat(this.place.problems()).singleElement()
			.satisfies((problem) -> assertThat(problem.what()).contains("cannot be read"));
	}

	@Test
	void throwsWhatFailsAtRunTime() {
		CompiledRoute.Filter absent = filter("event.interim", UserTranscriptionReceived.class);
		assertThatExceptionOfType(IllegalStateException.class)
			.isThrownBy(() -> absent.test(new UserTranscriptionReceived("x", null, null), session()))
			.withMessage("'event.interim' yielded null, not a boolean");
		CompiledRoute.Filter broken = filter("event.broken", BeanLike.class);
		assertThatExceptionOfType(EvaluationException.class).isThrownBy(() -> broken.test(new BeanLike(), session()));
		CompiledRoute.Filter text = filter("event.metadata['x']", CustomReceived.class);
		assertThatExceptionOfType(IllegalStateException.class)
			.isThrownBy(() -> text.test(new CustomReceived(Map.of("x", "true")), session()));
		assertThat(this.place.problems()).isEmpty();
	}

	@Test
	void decidesAboutDifferentEventsFromManyThreads() {
		CompiledRoute.Filter filter = filter("event.name == 'x'", Object.class);
		assertThat(IntStream.range(0, 20_000)
			.parallel()
			.allMatch((i) -> filter.test((i % 2 == 0) ? new BeanLike() : new Named("x"), session()))).isTrue();
	}

	private CompiledRoute.Filter filter(String text, Class<?>... on) {
		return this.expressions.filter(text, List.of(on), this.place);
	}

	private CompiledRoute.Condition condition(String text, Class<?>... interruptOn) {
		return this.expressions.condition(text, List.of(interruptOn), this.place);
	}

	private void assertProblem(Runnable expression, String what) {
		int before = this.place.problems().size();
		expression.run();
		Consumer<Problem> expected = (problem) -> assertThat(problem.what()).isEqualTo(what);
		assertThat(this.place.problems().subList(before, this.place.problems().size())).singleElement()
			.satisfies(expected);
	}

	private static Session session() {
		return GivenGeneration.startedBy("x").session();
	}

	public static class Policy {

		public boolean allows(UserTranscriptionReceived event, Duration spokenFor) {
			return event.content().equals("hello") && spokenFor.toMillis() > 1;
		}

		boolean secret(Object event) {
			return true;
		}

	}

	interface Open {

	}

	static class BeanLike {

		public final int number = 3;

		public String getName() {
			return "x";
		}

		public boolean isOpen() {
			return true;
		}

		public boolean isBroken() {
			throw new IllegalStateException("broken");
		}

	}

	record Named(String name) {
	}

	record Words(String[] words, Optional<String> more) {
	}

}
