package dev.edgewise;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Names the agent that a bean's routes belong to: they start only while that agent is
 * active in the session. A bean without it is always active.
 * <p>
 * An {@code AgentHandoff}, posted or emitted, makes its target the active agent before it
 * starts anything, so a route of that agent on {@code AgentHandoff} is its welcome: the
 * generations of the one before are interrupted, whatever their policy and condition, and
 * what they have said stays in the conversation. What is protected is interrupted when
 * its protection ends. The generation that emits it is not cut short: it ends by itself,
 * or at its next item, when what it said before has been taken. A handoff to the agent
 * that is active already does nothing; one to an agent that no route has is answered by
 * an {@code AgentError} with the code {@code unknown-agent}, and nothing changes. Neither
 * starts a route that belongs to an agent, so no welcome is said again; for routes that
 * are always active both are events like others.
 * <p>
 * A handoff counts when it has its number in the log: one of a generation that is cut off
 * before does not happen, and one that has happened stands though its generation is cut
 * off then. Who is active is told by {@link Session#agent()}, to expressions as
 * {@code session.agent}.
 */
@Documented
@Inherited
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface Agent {

	/**
	 * The agent's name: 1 to 128 printable characters. Several beans may share one.
	 */
	String value();

	/**
	 * Whether sessions begin with this agent. At most one agent of an application may say
	 * so; if none does, none is active before the first handoff.
	 */
	boolean initial() default false;

}
