/**
 * The service: a main class, the built-in agent, who gets in, and the settings of a
 * stand-alone process. A leaf: nothing depends on it, and it is not in the library's jar.
 * Security is {@code SecurityConfiguration}: everybody passes the {@code Doorway}; where
 * callers are known, Spring Security asks for {@code Credentials} and the {@code Guard}
 * lets them come to what is theirs. The {@code Console} is a page that talks to the
 * service as any client does. The agent is {@code ElizaAgent}, or {@code ModelAgent}
 * where there is a language model; both use nothing but the public API.
 */
@NullMarked
package dev.edgewise.server;

import org.jspecify.annotations.NullMarked;
