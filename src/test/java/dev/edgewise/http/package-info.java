/**
 * Tests of the whole server over real HTTP.
 */
package dev.edgewise.http;
