/**
 * Tests of what is delivered: the library's jar and the service's.
 */
package dev.edgewise.packaging;
