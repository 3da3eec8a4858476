package dev.edgewise.autoconfigure;

import dev.edgewise.Route;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.annotation.AnnotationConfigurationException;

/**
 * Tells of a route that says different things in {@code on} and {@code value}, which
 * Spring's own scanning of components finds before any route is looked at.
 */
final class DifferentAliasesFailureAnalyzer extends AbstractFailureAnalyzer<AnnotationConfigurationException> {

	@Override
	protected @Nullable FailureAnalysis analyze(Throwable rootFailure, AnnotationConfigurationException cause) {
		String message = String.valueOf(cause.getMessage());
		return message.contains("[" + Route.class.getName() + "]")
				? new FailureAnalysis(message, "Write 'on' or 'value' of @Route, not both", cause) : null;
	}

}
