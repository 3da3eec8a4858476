package dev.edgewise.examples.annotated;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import dev.edgewise.Route;
import dev.edgewise.event.UserStartedSpeaking;
import dev.edgewise.event.UserStoppedSpeaking;

import org.springframework.core.annotation.AliasFor;

/**
 * What this application says when the user has stopped speaking, until the user speaks
 * again.
 */
@Target({ ElementType.METHOD, ElementType.TYPE })
@Retention(RetentionPolicy.RUNTIME)
@Route(on = UserStoppedSpeaking.class, interruptOn = UserStartedSpeaking.class)
@interface Reply {

	/**
	 * The route's id.
	 */
	@AliasFor(annotation = Route.class, attribute = "id")
	String value() default "";

}
