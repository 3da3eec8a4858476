package dev.edgewise.autoconfigure;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

import dev.edgewise.route.InvalidRoutesException;
import dev.edgewise.route.InvalidRoutesException.Problem;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Tells what is wrong with routes by bean and method, and what to write instead.
 */
final class InvalidRoutesFailureAnalyzer extends AbstractFailureAnalyzer<InvalidRoutesException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, InvalidRoutesException cause) {
		Map<String, List<Problem>> byPlace = cause.problems()
			.stream()
			.collect(Collectors.groupingBy(Problem::place, LinkedHashMap::new, Collectors.toList()));
		int count = cause.problems().size();
		StringBuilder description = new StringBuilder(
				(count == 1) ? "One thing is wrong with the routes:" : count + " things are wrong with the routes:");
		StringBuilder action = new StringBuilder();
		byPlace.forEach((place, problems) -> {
			description.append("%n%n    %s".formatted(place));
			problems.forEach((problem) -> description.append("%n        %s: ".formatted(problem.attribute()))
				.append(problem.what()));
			action.append((action.isEmpty()) ? "" : "%n".formatted()).append("%s:".formatted(place));
			problems.stream()
				.map((problem) -> "    " + problem.attribute() + ": " + problem.instead())
				.collect(Collectors.toCollection(LinkedHashSet::new))
				.forEach((line) -> action.append("%n".formatted()).append(line));
		});
		return new FailureAnalysis(description.toString(), action.toString(), cause);
	}

}
