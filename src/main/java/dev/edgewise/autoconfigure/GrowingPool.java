package dev.edgewise.autoconfigure;

import java.util.concurrent.LinkedTransferQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * A pool of threads that takes an idle one, else a new one, and queues only when it may
 * not grow any more.
 * <p>
 * Not Reactor's bounded elastic scheduler: that gives a thread back as soon as its worker
 * is disposed, though the cancelled task still holds it, and the next task (a cancel, a
 * handler, the next turn) waits behind one that may never end.
 */
final class GrowingPool extends ThreadPoolExecutor {

	GrowingPool(int threads, long keepAliveSeconds, ThreadFactory factory) {
		super(1, threads, keepAliveSeconds, TimeUnit.SECONDS, new HandOver(), factory,
				(task, pool) -> ((HandOver) pool.getQueue()).keep(task, pool));
	}

	/**
	 * A queue that accepts a task only if an idle thread takes it at once, so that the
	 * pool grows otherwise.
	 */
	private static final class HandOver extends LinkedTransferQueue<Runnable> {

		@Override
		public boolean offer(Runnable task) {
			return tryTransfer(task);
		}

		void keep(Runnable task, ThreadPoolExecutor pool) {
			if (pool.isShutdown()) {
				throw new RejectedExecutionException("The pool is shut down");
			}
			super.offer(task);
		}

	}

}
