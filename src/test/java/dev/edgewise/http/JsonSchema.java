package dev.edgewise.http;

import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

import tools.jackson.databind.JsonNode;

/**
 * As much of JSON Schema 2020-12 as a document needs that has no more than this; a
 * keyword that it does not know is an error.
 */
public final class JsonSchema {

	private static final Set<String> NOTES = Set.of("description", "default", "x-guarded");

	private final JsonNode document;

	/**
	 * Creates a checker.
	 * @param document where references lead
	 */
	public JsonSchema(JsonNode document) {
		this.document = document;
	}

	/**
	 * What is wrong with a value.
	 */
	public List<String> problems(JsonNode schema, JsonNode value) {
		List<String> problems = new ArrayList<>();
		check(schema, value, "$", problems);
		return problems;
	}

	JsonNode resolve(String reference) {
		JsonNode found = this.document.at(reference.substring(1));
		if (!reference.startsWith("#/") || found.isMissingNode()) {
			throw new AssertionError("Nothing at " + reference);
		}
		return found;
	}

	/**
	 * Checks a value.
	 * @return the names of the properties that the schema knows
	 */
	private Set<String> check(JsonNode schema, JsonNode value, String place, List<String> problems) {
		Set<String> known = new LinkedHashSet<>();
		schema.propertyNames().forEach((keyword) -> {
			JsonNode argument = schema.get(keyword);
			switch (keyword) {
				case "$ref" -> known.addAll(check(resolve(argument.asString()), value, place, problems));
				case "allOf" -> argument.forEach((part) -> known.addAll(check(part, value, place, problems)));
				case "oneOf" -> known.addAll(one(argument, value, place, problems));
				case "not" -> report(!problems(argument, value).isEmpty(), place, "is what it must not be", problems);
				case "const" -> report(argument.equals(value), place, "is not " + argument, problems);
				case "enum" ->
					report(argument.values().contains(value), place, value + " is not of " + argument, problems);
				case "type" -> report(isOf(argument, value), place, value + " is not of type " + argument, problems);
				case "format" -> report(!value.isString() || isTime(value.asString()), place, "is no time", problems);
				case "pattern" -> report(!value.isString() || Pattern.matches(argument.asString(), value.asString()),
						place, "does not match", problems);
				case "minLength" -> report(!value.isString() || value.asString().length() >= argument.asInt(), place,
						"is too short", problems);
				case "maxLength" -> report(!value.isString() || value.asString().length() <= argument.asInt(), place,
						"is too long", problems);
				case "minimum" -> report(!value.isNumber() || value.asDouble() >= argument.asDouble(), place,
						"is too small", problems);
				case "minItems" ->
					report(!value.isArray() || value.size() >= argument.asInt(), place, "has too few", problems);
				case "maxItems" ->
					report(!value.isArray() || value.size() <= argument.asInt(), place, "has too many", problems);
				case "required" -> argument.forEach((name) -> report(!value.isObject() || value.has(name.asString()),
						place, "has no " + name, problems));
				case "properties" -> argument.propertyNames().forEach((name) -> {
					known.add(name);
					if (value.has(name)) {
						check(argument.get(name), value.get(name), place + "." + name, problems);
					}
				});
				case "items" -> {
					for (int i = 0; value.isArray() && i < value.size(); i++) {
						check(argument, value.get(i), place + "[" + i + "]", problems);
					}
				}
				case "additionalProperties", "unevaluatedProperties" -> {
				}
				default -> report(NOTES.contains(keyword), place, "has an unknown keyword " + keyword, problems);
			}
		});
		close(schema, value, known, place, problems);
		return known;
	}

	private Set<String> one(JsonNode schemas, JsonNode value, String place, List<String> problems) {
		List<String> all = new ArrayList<>();
		List<JsonNode> fitting = new ArrayList<>();
		for (JsonNode schema : schemas) {
			List<String> found = problems(schema, value);
			if (found.isEmpty()) {
				fitting.add(schema);
			}
			all.addAll(found);
		}
		report(fitting.size() == 1, place, "fits " + fitting.size() + " instead of one: " + value + " " + all,
				problems);
		return (fitting.size() == 1) ? check(fitting.get(0), value, place, problems) : Set.of();
	}

	private void close(JsonNode schema, JsonNode value, Set<String> known, String place, List<String> problems) {
		JsonNode others = schema.has("additionalProperties") ? schema.get("additionalProperties")
				: schema.get("unevaluatedProperties");
		if (others == null || !value.isObject()) {
			return;
		}
		value.propertyNames().stream().filter((name) -> !known.contains(name)).forEach((name) -> {
			if (others.isBoolean()) {
				report(others.asBoolean(), place, "has an unknown " + name, problems);
			}
			else {
				check(others, value.get(name), place + "." + name, problems);
			}
		});
	}

	private static boolean isOf(JsonNode types, JsonNode value) {
		if (types.isArray()) {
			return types.values().stream().anyMatch((type) -> isOf(type, value));
		}
		return switch (types.asString()) {
			case "object" -> value.isObject();
			case "array" -> value.isArray();
			case "string" -> value.isString();
			case "integer" -> value.isIntegralNumber();
			case "number" -> value.isNumber();
			case "boolean" -> value.isBoolean();
			case "null" -> value.isNull();
			default -> throw new AssertionError("No type " + types);
		};
	}

	private static boolean isTime(String text) {
		try {
			OffsetDateTime.parse(text);
			return text.endsWith("Z");
		}
		catch (DateTimeException ex) {
			return false;
		}
	}

	private static void report(boolean fine, String place, String problem, List<String> problems) {
		if (!fine) {
			problems.add(place + " " + problem);
		}
	}

}
