package dev.edgewise.server;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * The properties of the console.
 *
 * @param enabled Whether there is a console at /console.
 */
@Validated
@ConfigurationProperties("edgewise.console")
record ConsoleProperties(@DefaultValue("true") boolean enabled) {
}
