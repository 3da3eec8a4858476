package dev.edgewise.server;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;

import dev.edgewise.autoconfigure.Between;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotEmpty;
import jakarta.validation.constraints.Pattern;
import org.hibernate.validator.constraints.Range;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * The properties of who gets in.
 *
 * @param mode Whether callers must be known: auto if there are API keys or JWTs, none if
 * anybody may do anything.
 * @param apiKeys API keys by the names of their callers, each the hash of a key and its
 * roles.
 * @param apiKeysFile File of more API keys under the same names of properties, read again
 * when it has changed.
 * @param apiKeysInterval How often the file of API keys is looked at.
 * @param jwt What is read from JWTs.
 * @param cors What pages of other origins may do.
 * @param ticket Tickets for streams.
 * @param caller What one caller may have; operators are not bounded.
 */
@Validated
@ConfigurationProperties("edgewise.security")
record SecurityProperties(@DefaultValue("auto") Mode mode, @DefaultValue Map<String, @Valid ApiKey> apiKeys,
		@Nullable Path apiKeysFile, @DefaultValue("10s") @Between(min = "100ms", max = "1h") Duration apiKeysInterval,
		@DefaultValue @Valid Jwt jwt, @DefaultValue @Valid Cors cors, @DefaultValue @Valid Ticket ticket,
		@DefaultValue @Valid CallerLimits caller) {

	/**
	 * Whether it is said how callers are known by keys.
	 */
	boolean hasApiKeys() {
		return !this.apiKeys.isEmpty() || this.apiKeysFile != null;
	}

	/**
	 * Whether callers must be known.
	 */
	enum Mode {

		AUTO, NONE

	}

	/**
	 * What a caller may do.
	 */
	enum Role {

		/** Has sessions of its own. */
		CALLER,

		/** Has all sessions. */
		OPERATOR,

		/** Reads the meters, and nothing else. */
		METRICS;

		/**
		 * The name of the authority in Spring Security.
		 */
		String authority() {
			return "ROLE_" + name();
		}

	}

	/**
	 * {@code edgewise.security.api-keys.<name>}.
	 *
	 * @param hash SHA-256 of the key, as sha256:hex.
	 * @param roles Roles of who has the key, caller if none are named.
	 */
	record ApiKey(
			@Pattern(regexp = "sha256:[0-9a-fA-F]{64}",
					message = "must be 'sha256:' and 64 hexadecimal digits") @DefaultValue("") String hash,
			@DefaultValue("caller") @NotEmpty Set<Role> roles) {

		// the hash of a weak key is as good as the key
		@Override
		public String toString() {
			return "ApiKey[roles=" + this.roles + "]";
		}

	}

	/**
	 * {@code edgewise.security.jwt}.
	 *
	 * @param rolesClaim Claim of a JWT that has the roles, as a list or as words.
	 */
	record Jwt(@DefaultValue("roles") @Pattern(regexp = ".+", message = "must not be empty") String rolesClaim) {
	}

	/**
	 * {@code edgewise.security.cors}.
	 *
	 * @param allowedOrigins Origins whose pages may call; by default none but the
	 * service's own.
	 */
	record Cors(@DefaultValue List<String> allowedOrigins) {
	}

	/**
	 * {@code edgewise.security.ticket}.
	 *
	 * @param ttl How long a ticket for a stream can be used.
	 * @param max Tickets that may be waiting to be used.
	 */
	record Ticket(@DefaultValue("30s") @Between(min = "100ms", max = "10m") Duration ttl,
			@DefaultValue("10000") @Range(min = 1, max = 1_000_000) int max) {
	}

	/**
	 * {@code edgewise.security.caller}.
	 *
	 * @param sessions Sessions that a caller may have open.
	 * @param eventsPerSecond Events a second that a caller may publish; twice as many at
	 * once.
	 * @param streams Streams that a caller may have open.
	 */
	record CallerLimits(@DefaultValue("1000") @Range(min = 1, max = 10_000_000) int sessions,
			@DefaultValue("1000") @Range(min = 1, max = 1_000_000) int eventsPerSecond,
			@DefaultValue("1000") @Range(min = 1, max = 10_000_000) int streams) {
	}

}
