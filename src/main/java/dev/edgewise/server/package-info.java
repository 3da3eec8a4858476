/**
 * The service: a main class, the built-in agent and the settings of a stand-alone
 * process. A leaf: nothing depends on it, it uses nothing but the public API, and it is
 * not in the library's jar.
 */
@NullMarked
package dev.edgewise.server;

import org.jspecify.annotations.NullMarked;
