/**
 * The HTTP edge: {@link dev.edgewise.web.HttpEdge} turns requests into events, answers
 * with receipts and problems, and writes logs to SSE streams;
 * {@link dev.edgewise.web.FrameJson} is the form that frames have on the wire.
 * <p>
 * A stream binds late: which frame it writes is chosen when the socket is ready for it.
 * On Reactor Netty that happens on the channel's event loop, elsewhere as the server
 * asks. Handlers are router functions, so nothing here is ever component-scanned, and
 * errors are turned into problems on these routes only. Knows sessions, routes, events,
 * Spring Web, Jackson and Netty; not Boot, not Micrometer.
 */
@NullMarked
package dev.edgewise.web;

import org.jspecify.annotations.NullMarked;
