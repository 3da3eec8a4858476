package dev.edgewise.session;

import reactor.core.scheduler.Scheduler;

/**
 * The threads and the time of an engine. In tests all four are one virtual-time
 * scheduler.
 *
 * @param timer the clock and the timers, and where writers go on that have worked for
 * long: no code of users runs on it. Its {@code now} rises monotonically
 * @param parallel where reactive nodes are called and subscribed, and subscribers of
 * {@link dev.edgewise.Edgewise#read} are called
 * @param blocking where nodes that may block run, at most
 * {@link EngineSettings#blockingThreads()} at once
 * @param control where nodes are cancelled and handlers run; both may block
 */
public record EngineSchedulers(Scheduler timer, Scheduler parallel, Scheduler blocking, Scheduler control) {
}
