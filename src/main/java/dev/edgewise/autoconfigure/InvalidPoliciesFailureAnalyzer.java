package dev.edgewise.autoconfigure;

import java.util.stream.Collectors;

import dev.edgewise.interruption.InvalidPoliciesException;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Tells what is wrong with policies and rules by property or bean, and what is allowed.
 */
final class InvalidPoliciesFailureAnalyzer extends AbstractFailureAnalyzer<InvalidPoliciesException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, InvalidPoliciesException cause) {
		int count = cause.problems().size();
		String description = cause.problems()
			.stream()
			.map((problem) -> "%n    %s%n        %s".formatted(problem.place(), problem.what()))
			.collect(Collectors.joining("", ((count == 1) ? "One thing is" : count + " things are")
					+ " wrong with the policies of interruption:%n".formatted(), ""));
		String action = cause.problems()
			.stream()
			.map((problem) -> "%s:%n    %s".formatted(problem.place(), problem.instead()))
			.collect(Collectors.joining("%n".formatted()));
		return new FailureAnalysis(description, action, cause);
	}

}
