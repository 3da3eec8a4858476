package dev.edgewise.examples;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.core.annotation.AliasFor;

/**
 * Starts an example on a free port of the loopback interface, and checks in the end that
 * it holds nothing any more.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(NothingIsLeftOpen.class)
@SpringBootTest(webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
		properties = { "server.address=127.0.0.1", "spring.main.banner-mode=off" })
public @interface ExampleTest {

	/**
	 * The application.
	 */
	@AliasFor(annotation = SpringBootTest.class, attribute = "classes")
	Class<?>[] value();

}
