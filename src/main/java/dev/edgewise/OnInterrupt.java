package dev.edgewise;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks a method that is called once for each interruption of a started generation, after
 * its node has ended or its grace is over; also if the generation was complete and what
 * it said was still being spoken ({@link Playback#ACKNOWLEDGED}).
 * <p>
 * The method takes any of {@link Interruption}, the cause by its type (null where there
 * is none or it is of another type), {@link ConversationContext}, {@link Session}, or
 * nothing. It may block or return a {@code Publisher}, for at most
 * {@code edgewise.generation.handler-timeout}. It never delays a fence or an event; if it
 * fails, that is logged and counted and changes nothing else.
 * <p>
 * Several are called one after the other: by {@code @Order}, then bean name and method.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ ElementType.METHOD, ElementType.ANNOTATION_TYPE })
public @interface OnInterrupt {

	/**
	 * The causes it is for; a type matches its subtypes. None: all, and also
	 * interruptions without a cause.
	 */
	Class<?>[] value() default {};

	/**
	 * The ids of the routes it is for. None: all routes of its bean.
	 */
	String[] routes() default {};

}
