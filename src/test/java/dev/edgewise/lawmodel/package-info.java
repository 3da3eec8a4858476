/**
 * A model of the laws, random sessions that are checked against it, and engines with bugs
 * that it must find.
 */
package dev.edgewise.lawmodel;
