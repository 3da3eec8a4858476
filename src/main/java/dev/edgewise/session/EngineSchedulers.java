package dev.edgewise.session;

import reactor.core.scheduler.Scheduler;

/**
 * The threads and the time of an engine. In tests all four are one virtual-time
 * scheduler.
 *
 * @param timer the clock and the timers; its {@code now} rises monotonically
 * @param parallel where reactive nodes are called and subscribed, and writers go on that
 * have worked for long
 * @param blocking where nodes that may block run, at most
 * {@link EngineSettings#blockingThreads()} at once
 * @param control where nodes are cancelled and handlers run; both may block
 */
public record EngineSchedulers(Scheduler timer, Scheduler parallel, Scheduler blocking, Scheduler control) {
}
