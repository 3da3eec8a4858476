package dev.edgewise.server;

import java.time.Duration;

import dev.edgewise.autoconfigure.Between;
import org.hibernate.validator.constraints.Range;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * The properties of the service's connections. How long one may be silent between two
 * requests, or need for a request's headers, is {@code server.netty.idle-timeout}.
 *
 * @param max Connections that may be open; one more is closed at once.
 * @param pipelined Requests that may wait on a connection behind the one that is
 * answered; one more closes it.
 * @param requestTimeout Time that a request's body may take to come; after it the
 * connection is closed.
 */
@Validated
@ConfigurationProperties("edgewise.connection")
record ConnectionProperties(@DefaultValue("200000") @Range(min = 1, max = 10_000_000) int max,
		@DefaultValue("4") @Range(min = 0, max = 10_000) int pipelined,
		@DefaultValue("20s") @Between(min = "100ms", max = "10m") Duration requestTimeout) {
}
