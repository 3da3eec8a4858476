/**
 * Tests of the models, against servers that imitate those of models and misbehave like
 * them.
 */
package dev.edgewise.model;
