/**
 * Tests of the console in a browser, against the service over HTTP. They are compiled and
 * run in the profile {@code browser} alone, which a Chromium switches on.
 */
package dev.edgewise.browser;
