/**
 * The only place that knows everything: one auto-configuration for each technology, and
 * what turns failures at start into advice.
 */
@NullMarked
package dev.edgewise.autoconfigure;

import org.jspecify.annotations.NullMarked;
