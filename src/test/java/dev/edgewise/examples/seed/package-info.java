/**
 * The code of the pattern's first description, sample by sample, in Java: each class is
 * an application of its own.
 */
package dev.edgewise.examples.seed;
