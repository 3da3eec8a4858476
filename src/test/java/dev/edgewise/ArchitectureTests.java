package dev.edgewise;

import java.security.MessageDigest;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.function.Predicate;
import java.util.stream.Stream;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.syntax.elements.GivenClassesConjunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

import org.springframework.http.HttpMethod;
import org.springframework.stereotype.Component;
import org.springframework.stereotype.Controller;
import org.springframework.stereotype.Repository;
import org.springframework.stereotype.Service;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * The rooms of the house, and who may enter which.
 */
class ArchitectureTests {

	private static final String BASE = "dev.edgewise";

	private static final JavaClasses CLASSES = new ClassFileImporter()
		.withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
		.importPackages(BASE);

	/**
	 * The rooms, and the rooms that each may know. What is not listed knows nothing of
	 * the house.
	 */
	private static final Map<String, Set<String>> ROOMS = Map.ofEntries(Map.entry("", Set.of("event")),
			Map.entry("event", Set.of("")), Map.entry("route", Set.of("", "event")),
			Map.entry("interruption", Set.of("", "event")), Map.entry("conversation", Set.of("", "event")),
			Map.entry("session", Set.of("", "event", "route", "interruption", "conversation")),
			Map.entry("web", Set.of("", "event", "route", "interruption", "conversation", "session")),
			Map.entry("observation", Set.of("", "event", "route", "interruption", "conversation", "session")),
			Map.entry("actuate", Set.of("", "event", "route", "interruption", "conversation", "session")),
			Map.entry("model", Set.of("", "event", "route", "interruption", "conversation", "session")),
			Map.entry("autoconfigure",
					Set.of("", "event", "route", "interruption", "conversation", "session", "web", "observation",
							"actuate", "model")),
			Map.entry("test", Set.of("", "event", "route", "interruption", "conversation", "session", "autoconfigure")),
			Map.entry("server", Set.of("", "event", "session", "web", "model", "autoconfigure")));

	static Stream<String> rooms() {
		return ROOMS.keySet().stream().sorted();
	}

	@ParameterizedTest(name = "dev.edgewise.{0}")
	@MethodSource("rooms")
	void aRoomKnowsOnlyTheRoomsBelowIt(String room) {
		String[] allowed = Stream.concat(ROOMS.get(room).stream(), Stream.of(room))
			.map(ArchitectureTests::packageOf)
			.toArray(String[]::new);
		check(noClasses().that()
			.resideInAPackage(packageOf(room))
			.should()
			.dependOnClassesThat(resideInAPackage(BASE + "..").and(DescribedPredicate.not(resideInAnyPackage(allowed))))
			.because("siblings do not know each other, nobody knows the service, "
					+ "and only the service and the test kit know the auto-configuration"));
	}

	@Test
	void everyPackageIsARoom() {
		assertThat(CLASSES.stream().map(JavaClass::getPackageName).distinct())
			.as("a new package has its place in DESIGN's drawing before it has classes")
			.isSubsetOf(rooms().map(ArchitectureTests::packageOf).toList());
	}

	@Test
	void thereAreNoCycles() {
		check(slices().matching(BASE + ".(*)..")
			.should()
			.beFreeOfCycles()
			.because("what cannot be understood alone cannot be changed alone"));
	}

	@Test
	void wordsAndEventsKnowNoFramework() {
		check(noClasses().that()
			.resideInAnyPackage(BASE, BASE + ".event")
			.should()
			.dependOnClassesThat(DescribedPredicate
				.not(resideInAnyPackage(BASE, BASE + ".event", "java..", "org.jspecify..", "org.reactivestreams..",
						"org.springframework.core.annotation"))
				.and(DescribedPredicate.not(JavaClass.Predicates.equivalentTo(Flux.class)))
				.and(DescribedPredicate.not(JavaClass.Predicates.equivalentTo(Mono.class))))
			.because("users write with them, and their code shall depend on nothing that may change"));
	}

	@Test
	void theHeartKnowsNoTechnology() {
		check(noClasses().that()
			.resideInAnyPackage(BASE + ".route", BASE + ".session", BASE + ".interruption", BASE + ".conversation")
			.should()
			.dependOnClassesThat()
			.resideInAnyPackage("org.springframework.boot..", "org.springframework.web..", "org.springframework.http..",
					"io.micrometer..", "tools.jackson..", "com.fasterxml.jackson..", "io.netty..", "reactor.netty..")
			.because("frames are encoded by an encoder that the edge provides, and meters are made by listeners"));
	}

	@Test
	void onlyTheAutoConfigurationReadsClocks() {
		check(outside(BASE + ".autoconfigure").should()
			.callMethodWhere(target("a clock",
					(access) -> named(access, Instant.class, "now") || named(access, java.time.Clock.class, "system.*")
							|| named(access, LocalDateTime.class, "now") || named(access, ZonedDateTime.class, "now")
							|| named(access, OffsetDateTime.class, "now")
							|| named(access, System.class, "nanoTime|currentTimeMillis")))
			.because("all time comes from one injected scheduler, so that every law can be tested in virtual time"));
	}

	@Test
	void onlyTheAutoConfigurationMakesThreads() {
		check(outside(BASE + ".autoconfigure").should()
			.accessTargetWhere(target("threads",
					(access) -> access.getTargetOwner().isEquivalentTo(Schedulers.class)
							|| access.getTargetOwner().isEquivalentTo(Executors.class)
							|| (isConstructor(access) && (access.getTargetOwner().isAssignableTo(Thread.class)
									|| (access.getTargetOwner().isAssignableTo(Executor.class)
											&& !access.getTargetOwner().getPackageName().startsWith(BASE))))))
			.because("threads are injected; a pool that is made elsewhere is neither bounded nor disposed of"));
	}

	@Test
	void nobodySleepsOrBlocks() {
		check(noClasses().should()
			.callMethodWhere(target("something that blocks", (access) -> named(access, Thread.class, "sleep")
					|| (access.getTargetOwner().isAssignableTo(Publisher.class) && access.getName().matches("block.*"))
					|| (access.getTargetOwner().isAssignableTo(Flux.class)
							&& access.getName().matches("toIterable|toStream"))))
			.because("a thread that waits is one that nobody else can use"));
	}

	@Test
	void theEngineSubscribesInOnePlace() {
		List<String> places = new ArrayList<>();
		for (JavaClass type : CLASSES.that(resideInAPackage(BASE + ".session"))) {
			type.getMethodCallsFromSelf()
				.stream()
				.filter((call) -> call.getName().startsWith("subscribe")
						&& call.getTargetOwner().isAssignableTo(Publisher.class)
						&& !call.getName().equals("subscribeOn") && !call.getName().equals("subscribeWith"))
				.forEach((call) -> places.add(outermost(type)));
		}
		assertThat(places.stream().distinct())
			.as("whoever subscribes must cancel, and cancelling is what this engine must get right")
			.hasSizeLessThanOrEqualTo(1);
	}

	@Test
	void keysAreComparedInConstantTimeAndNothingElse() {
		DescribedPredicate<JavaClass> withKeys = DescribedPredicate.describe("that have keys",
				(type) -> outermost(type).matches(".*\\.(ApiKeys|Credentials)"));
		check(compareInConstantTime(withKeys));
		assertThat(CLASSES.get(BASE + ".server.ApiKeys").getMethodCallsFromSelf()).as("the one comparison of keys")
			.filteredOn((call) -> named(call, MessageDigest.class, "isEqual"))
			.hasSize(1);
	}

	@Test
	void aHastyComparisonOfKeysWouldBeFound() {
		JavaClasses hasty = new ClassFileImporter().importClasses(HastyArrays.class, HastyStrings.class);
		for (JavaClass type : hasty) {
			assertThat(compareInConstantTime(DescribedPredicate.equalTo(type)).evaluate(hasty).hasViolation())
				.as(type.getName())
				.isTrue();
		}
	}

	private static ArchRule compareInConstantTime(DescribedPredicate<? super JavaClass> withKeys) {
		return noClasses().that(withKeys)
			.should()
			.accessTargetWhere(target("a comparison that ends at the first difference",
					(access) -> access.getName()
						.matches("equals|equalsIgnoreCase|contentEquals|regionMatches|deepEquals|startsWith|indexOf"
								+ "|compare|compareTo|compareUnsigned|mismatch|hashCode")
							&& !access.getTargetOwner().getName().startsWith(BASE)
							&& !access.getTargetOwner().isAssignableTo(HttpMethod.class)))
			.because("how long a comparison takes must not tell how much of a key was right");
	}

	@Test
	void onlyTheServiceKnowsSpringSecurity() {
		check(outside(BASE + ".server").should()
			.dependOnClassesThat()
			.resideInAnyPackage("org.springframework.security..", "org.springframework.boot.security..",
					"com.nimbusds..")
			.because("the library's users do not get it"));
	}

	@Test
	void aLibraryIsNotScanned() {
		for (Class<?> stereotype : List.of(Component.class, Controller.class, Service.class, Repository.class)) {
			check(outside(BASE + ".server").should()
				.beAnnotatedWith(stereotype.getName())
				.because("a library is never component-scanned: its beans are declared by the auto-configuration"));
		}
	}

	@Test
	void everyPackageSaysWhatItIs() {
		assertThat(CLASSES.stream().map(JavaClass::getPackageName).distinct())
			.allSatisfy((name) -> assertThat(CLASSES.contain(name + ".package-info")).as(name).isTrue());
	}

	private static GivenClassesConjunction outside(String room) {
		return noClasses().that().resideOutsideOfPackage(room);
	}

	private static String packageOf(String room) {
		return room.isEmpty() ? BASE : BASE + "." + room;
	}

	private static String outermost(JavaClass type) {
		return type.getName().replaceAll("\\$.*", "");
	}

	private static boolean isConstructor(JavaAccess<?> access) {
		return access.getName().equals("<init>");
	}

	private static boolean named(JavaAccess<?> access, Class<?> owner, String method) {
		return access.getTargetOwner().isEquivalentTo(owner) && access.getName().matches(method);
	}

	private static <A extends JavaAccess<?>> DescribedPredicate<A> target(String description,
			Predicate<JavaAccess<?>> predicate) {
		return DescribedPredicate.describe(description, predicate::test);
	}

	private static void check(ArchRule rule) {
		rule.allowEmptyShould(true).check(CLASSES);
	}

	static final class HastyArrays {

		boolean isRight(byte[] hash, byte[] presented) {
			return Arrays.equals(hash, presented);
		}

	}

	static final class HastyStrings {

		boolean isRight(String hash, String presented) {
			return hash.equals(presented);
		}

	}

}
