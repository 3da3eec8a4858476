/**
 * Help in the kitchen, with annotations only: a recipe that is read aloud and taken up
 * where it was left, timers, and a pantry to look into.
 */
package dev.edgewise.examples.annotated;
