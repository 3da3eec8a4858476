package dev.edgewise;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Names an event's type on the wire; without it the type is the simple name of the class.
 * Not {@code open}, {@code error} or {@code message}: browsers keep those for themselves.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface EventType {

	/**
	 * The name, unique among the events of an application.
	 */
	String value();

}
