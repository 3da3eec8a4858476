package dev.edgewise.examples;

import java.util.List;
import java.util.stream.Stream;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import dev.edgewise.OnInterrupt;
import dev.edgewise.Route;
import dev.edgewise.Routes;
import org.junit.jupiter.api.Test;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the examples may use.
 */
class ExamplesTests {

	private static final String BASE = "dev.edgewise.examples";

	private static final JavaClasses APPLICATIONS = new ClassFileImporter().importPackages(BASE)
		.that(resideInAPackage(BASE + ".(*)..").and(DescribedPredicate.describe("applications",
				(type) -> !type.getName().matches(".*(IT|Tests)(\\$.*)?"))));

	@Test
	void theyAreFour() {
		assertThat(APPLICATIONS.stream().map(JavaClass::getPackageName).distinct()).containsExactlyInAnyOrderElementsOf(
				Stream.of("annotated", "fluent", "seed", "voice").map((name) -> BASE + "." + name).toList());
	}

	@Test
	void theyKnowThePublicNamesOnly() {
		for (String example : List.of("annotated", "fluent", "seed", "voice")) {
			noClasses().that()
				.resideInAPackage(BASE + "." + example)
				.should()
				.dependOnClassesThat(resideInAPackage("dev.edgewise..").and(DescribedPredicate
					.not(resideInAnyPackage("dev.edgewise", "dev.edgewise.event", BASE + "." + example))))
				.because("what a user needs is in two packages")
				.check(APPLICATIONS);
		}
	}

	@Test
	void oneIsOfAnnotationsOnlyAndOneOfBeansOnly() {
		noClasses().that()
			.resideInAPackage(BASE + ".annotated")
			.should()
			.dependOnClassesThat()
			.belongToAnyOf(Routes.class)
			.check(APPLICATIONS);
		noClasses().that()
			.resideInAPackage(BASE + ".fluent")
			.should()
			.dependOnClassesThat()
			.belongToAnyOf(Route.class, OnInterrupt.class)
			.check(APPLICATIONS);
	}

}
