/**
 * A telephone hotline, with routes as beans only: a receptionist who hands over to a
 * technician, a menu for the keypad, and somebody who counts how often they are cut off.
 */
package dev.edgewise.examples.fluent;
