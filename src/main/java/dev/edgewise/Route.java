package dev.edgewise;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.springframework.core.annotation.AliasFor;

/**
 * Says which events start a node's method and which cut it off.
 * <p>
 * On a method, the method is the node. It may take, in any order, the event by its type,
 * {@link ConversationContext}, {@link Generation}, {@link Session}, {@link Frame} and a
 * nullable {@link Interruption} (that of the run before this one, handed over once). It
 * may return anything Spring's {@code ReactiveAdapterRegistry} knows, a
 * {@link java.util.stream.Stream}, an {@link Iterable}, a single value, or {@code void}.
 * A {@link CharSequence} becomes an {@code AgentResponse}; any other item is emitted as
 * the event it is. What is not reactive may block: it runs on threads of its own.
 * <p>
 * On a type, the bean implements {@link ReasoningNode}. On an annotation it makes a
 * composed annotation whose attributes may override these with {@link AliasFor}.
 * <p>
 * Beans are discovered whatever their stereotype. Everything that can be wrong with a
 * route is found when the application starts.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ ElementType.METHOD, ElementType.TYPE, ElementType.ANNOTATION_TYPE })
public @interface Route {

	/**
	 * The events that start the node; a type matches its subtypes. Alias of {@link #on}.
	 */
	@AliasFor("on")
	Class<?>[] value() default {};

	/**
	 * The events that start the node; a type matches its subtypes.
	 */
	@AliasFor("value")
	Class<?>[] on() default {};

	/**
	 * A SpEL expression that decides whether an event of {@link #on} starts the node.
	 * Root properties: {@code event} and {@code session}; beans as {@code @name}. One
	 * that fails starts nothing. It is asked for each such event before the next is
	 * applied, so it must not block.
	 */
	String filter() default "";

	/**
	 * The events that interrupt a generation of this route; a type matches its subtypes.
	 * {@code EmergencyStop} interrupts whether it is named or not.
	 */
	Class<?>[] interruptOn() default {};

	/**
	 * A SpEL expression that decides whether an event of {@link #interruptOn} interrupts
	 * a started generation. Root properties: {@code event}, {@code generation} and
	 * {@code session}; beans as {@code @name}. One that fails interrupts: to stop an
	 * agent is recoverable, to lose the user's turn is not. Unlike the attribute of the
	 * same name of {@code @EventListener} it has no say in what starts; that is
	 * {@link #filter}. Not asked for {@link Overlap#REPLACE}, {@code EmergencyStop} and
	 * the end of a session. Must not block.
	 */
	String condition() default "";

	/**
	 * What a second starting event does while the route runs.
	 */
	Overlap overlap() default Overlap.REPLACE;

	/**
	 * With {@link Overlap#PARALLEL}, how many generations run side by side in one
	 * session, at least 1; with any other overlap it is refused at start-up.
	 */
	int maxConcurrency() default 4;

	/**
	 * The policy that decides whether the user's speech interrupts a generation of this
	 * route: {@code immediate}, which is built in, or one of
	 * {@code edgewise.interruption.policies} or of the beans of type
	 * {@code InterruptionPolicy}. By default {@code immediate}. A session that has been
	 * given a policy follows that one instead.
	 */
	String policy() default "";

	/**
	 * Whether generations of this route can be interrupted. If not, they are protected
	 * from beginning to end, and only what is forced cuts them off, {@code EmergencyStop}
	 * or a forced event or command, and what is not decided about: the longest duration,
	 * a client that has gone, the end of the session.
	 */
	boolean interruptible() default true;

	/**
	 * The route's id, unique in the application. By default {@code beanName.method}; of a
	 * class-level route the bean's name.
	 */
	String id() default "";

}
