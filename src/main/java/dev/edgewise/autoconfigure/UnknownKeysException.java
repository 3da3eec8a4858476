package dev.edgewise.autoconfigure;

import java.util.Collection;
import java.util.List;
import java.util.SortedSet;
import java.util.stream.Collectors;

import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;

/**
 * Keys under {@code edgewise} are set that nobody reads.
 */
final class UnknownKeysException extends RuntimeException {

	private final List<ConfigurationProperty> unknown;

	private final List<ConfigurationPropertyName> known;

	UnknownKeysException(SortedSet<ConfigurationProperty> unknown, Collection<ConfigurationPropertyName> known) {
		super("Unknown configuration: "
				+ unknown.stream().map(UnknownKeysException::describe).collect(Collectors.joining(", ")));
		this.unknown = List.copyOf(unknown);
		this.known = List.copyOf(known);
	}

	/**
	 * The keys that are set, in alphabetical order.
	 */
	List<ConfigurationProperty> unknown() {
		return this.unknown;
	}

	/**
	 * The keys that are read.
	 */
	List<ConfigurationPropertyName> known() {
		return this.known;
	}

	static String describe(ConfigurationProperty property) {
		return property.getName() + ((property.getOrigin() != null) ? " (" + property.getOrigin() + ")" : "");
	}

}
