package dev.edgewise.model;

import java.time.Duration;

/**
 * Sees what is asked of models. Called on threads that must not block; what it throws
 * fails the answer.
 */
public interface ModelListener {

	/**
	 * Hears nothing.
	 */
	ModelListener NONE = new ModelListener() {
	};

	/**
	 * The first chunk of an answer has come.
	 * @param model the model's name, as configured
	 * @param elapsed since it was asked
	 */
	default void first(String model, Duration elapsed) {
	}

	/**
	 * A request has ended; an answer with calls of tools takes several.
	 * @param model the model's name, as configured
	 * @param outcome one of a bounded set: {@code stop}, {@code length},
	 * {@code tool_calls} or {@code other} (how the answer finished), {@code cancelled},
	 * or the code of a {@link ModelException}
	 * @param elapsed since it was asked
	 */
	default void ended(String model, String outcome, Duration elapsed) {
	}

	/**
	 * The server has told what an answer was counted as.
	 * @param model the model's name, as configured
	 * @param input the tokens of the question
	 * @param output the tokens of the answer
	 */
	default void used(String model, long input, long output) {
	}

}
