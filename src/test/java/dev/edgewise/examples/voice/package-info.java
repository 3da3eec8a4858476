/**
 * A box office on the telephone: a voice client tells what was spoken, seats are booked
 * and paid for while the caller cuts in, and a cashier takes over. What was booked and
 * never heard of is undone.
 */
package dev.edgewise.examples.voice;
