package dev.edgewise.session;

import java.util.Objects;

import org.jspecify.annotations.Nullable;

/**
 * An event on its way into a session.
 *
 * @param event the event
 * @param id its id, for being applied once
 * @param generation the only generation that it may interrupt
 * @param force whether it cuts off what lists its type whatever speaks against it
 */
public record Submission(Object event, @Nullable String id, @Nullable String generation, boolean force) {

	public Submission(Object event, @Nullable String id, @Nullable String generation) {
		this(event, id, generation, false);
	}

	/**
	 * Whether another is for the same generations, and as forceful.
	 */
	boolean isAddressedAs(Submission other) {
		return this.force == other.force && Objects.equals(this.generation, other.generation);
	}

}
