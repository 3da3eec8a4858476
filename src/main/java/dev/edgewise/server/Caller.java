package dev.edgewise.server;

import java.util.Set;

import dev.edgewise.server.SecurityProperties.Role;
import org.jspecify.annotations.Nullable;

import org.springframework.security.authentication.AbstractAuthenticationToken;
import org.springframework.security.core.authority.AuthorityUtils;

/**
 * Who calls, once that is known.
 *
 * @param name the name, told apart by where it is from
 * @param roles what the caller may do
 * @param ticketFor the session whose stream is opened by a ticket, if it is
 */
record Caller(String name, Set<Role> roles, @Nullable String ticketFor) {

	Caller(String name, Set<Role> roles) {
		this(name, roles, null);
	}

	boolean isOperator() {
		return this.roles.contains(Role.OPERATOR);
	}

	/**
	 * The caller in the words of Spring Security.
	 */
	Known authenticated() {
		return new Known(this);
	}

	/**
	 * A caller that is known. Holds no credentials.
	 */
	static final class Known extends AbstractAuthenticationToken {

		private final transient Caller caller;

		private Known(Caller caller) {
			super(AuthorityUtils.createAuthorityList(caller.roles().stream().map(Role::authority).toList()));
			this.caller = caller;
			setAuthenticated(true);
		}

		@Override
		public Caller getPrincipal() {
			return this.caller;
		}

		@Override
		public Object getCredentials() {
			return "";
		}

		@Override
		public String getName() {
			return this.caller.name();
		}

	}

}
