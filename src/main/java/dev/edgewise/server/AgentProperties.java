package dev.edgewise.server;

import org.hibernate.validator.constraints.Range;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * The properties of the service's own agent; those of its language model are the
 * library's.
 *
 * @param enabled Whether the service has an agent of its own.
 * @param wordsPerMinute How fast the built-in agent speaks.
 */
@Validated
@ConfigurationProperties("edgewise.agent")
record AgentProperties(@DefaultValue("true") boolean enabled,
		@DefaultValue("180") @Range(min = 1, max = 60_000) int wordsPerMinute) {
}
