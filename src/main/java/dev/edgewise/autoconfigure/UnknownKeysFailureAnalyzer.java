package dev.edgewise.autoconfigure;

import java.util.Collection;
import java.util.Map;
import java.util.Map.Entry;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Tells where {@link UnknownKeysException unknown keys} are set, and what there is
 * instead.
 */
final class UnknownKeysFailureAnalyzer extends AbstractFailureAnalyzer<UnknownKeysException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, UnknownKeysException cause) {
		String description = cause.unknown()
			.stream()
			.map((property) -> "    " + UnknownKeysException.describe(property))
			.collect(Collectors.joining("\n", "Configuration is set that nobody reads:\n\n", ""));
		Map<ConfigurationPropertyName, SortedSet<String>> instead = new TreeMap<>();
		for (ConfigurationProperty property : cause.unknown()) {
			ConfigurationPropertyName parent = property.getName().getParent();
			while (childrenOf(parent, cause.known()).isEmpty() && parent.getNumberOfElements() > 1) {
				parent = parent.getParent();
			}
			instead.put(parent, childrenOf(parent, cause.known()));
		}
		String action = instead.entrySet()
			.stream()
			.map(UnknownKeysFailureAnalyzer::describe)
			.collect(Collectors.joining("\n", "Remove or correct the keys. There is:\n\n", ""));
		return new FailureAnalysis(description, action, cause);
	}

	private static SortedSet<String> childrenOf(ConfigurationPropertyName parent,
			Collection<ConfigurationPropertyName> known) {
		return known.stream()
			.filter((name) -> parent.isParentOf(name) && !name.isNumericIndex(name.getNumberOfElements() - 1))
			.map((name) -> name.getLastElement(ConfigurationPropertyName.Form.ORIGINAL))
			.collect(Collectors.toCollection(TreeSet::new));
	}

	private static String describe(Entry<ConfigurationPropertyName, SortedSet<String>> keys) {
		return "    " + keys.getKey() + ": " + String.join(", ", keys.getValue());
	}

}
