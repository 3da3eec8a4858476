/**
 * Four applications that use the library as anybody would, and what their tests share.
 * The applications know the public names alone; the tests run against the packaged
 * library.
 */
package dev.edgewise.examples;
