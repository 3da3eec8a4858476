package dev.edgewise.session;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.BaseStream;

import dev.edgewise.Interruption;
import dev.edgewise.InterruptedGenerationException;
import dev.edgewise.RouteDefinition.Handler;
import dev.edgewise.RouteDefinition.Style;
import dev.edgewise.event.AgentResponse;
import dev.edgewise.event.ToolResult;
import dev.edgewise.session.Surroundings.Scope;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscription;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.NonBlocking;
import reactor.core.scheduler.Scheduler;
import reactor.util.concurrent.Queues;
import reactor.util.context.Context;

import org.springframework.core.ReactiveAdapter;
import org.springframework.core.ReactiveAdapterRegistry;

/**
 * The node of one generation at work: calls it, paces it, takes its items, and stops it.
 * <p>
 * Read {@link #start()} first: the whole life of a node is there. It is called on the
 * thread that suits its style; what it returns is adapted; items go through the route's
 * output into a queue that the session's writer empties; demand comes from the writer as
 * the fastest stream takes. Then it ends: by itself, or by {@link #stop()} after its
 * generation was fenced. It has ended when nothing of it holds it open any more (its
 * call, its subscription, its future), and its cleanup callbacks have run.
 */
final class Execution implements CoreSubscriber<Object> {

	private static final Logger logger = LoggerFactory.getLogger(Execution.class);

	/** How many items a source that ignores demand may be ahead. */
	private static final int OVERFLOW = 256;

	/** Outcomes of tools by which it is seen that a node emits one again. */
	private static final int MAX_EMITTED = 32;

	/** Permits for all who may wait for demand. */
	private static final int EVERYBODY = 1 << 28;

	static final String OVERFLOW_HELP = "OverflowException: the source ignores demand, put onBackpressureBuffer(), "
			+ "onBackpressureDrop() or onBackpressureLatest() behind it";

	private final Run run;

	private final Engine engine;

	private final Queue<Object> items = Queues.unboundedMultiproducer().get();

	/** What keeps the node from having ended. */
	private final AtomicInteger holds = new AtomicInteger(1);

	private final AtomicLong received = new AtomicLong();

	private final AtomicLong dropped = new AtomicLong();

	/** Items of its tools that its node was not asked for. */
	private final AtomicLong unasked = new AtomicLong();

	private final AtomicLong granted = new AtomicLong();

	/** How much of what was granted replaces dropped items; behind {@link #granted}. */
	private volatile long replaced;

	private final AtomicInteger requests = new AtomicInteger();

	/** What has been requested; the worker's. */
	private long asked;

	private final Semaphore credit = new Semaphore(0);

	/** Whether the node is held open by its subscription. */
	private final AtomicBoolean subscribed = new AtomicBoolean();

	private final AtomicReference<Upstream> upstream = new AtomicReference<>(Upstream.NONE);

	private final AtomicInteger place = new AtomicInteger(OFF_THREAD);

	private static final int OFF_THREAD = 0;

	private static final int ON_THREAD = 1;

	private static final int LEARNED = 2;

	private static final int INTERRUPTING = 3;

	private static final int INTERRUPTED = 4;

	private static final int LEFT = 5;

	private final AtomicBoolean over = new AtomicBoolean();

	private @Nullable Deque<Runnable> cleanups;

	private boolean cleaned;

	private volatile @Nullable Thread thread;

	private volatile @Nullable CompletionStage<?> future;

	private Scheduler.@Nullable Worker worker;

	/** Set after the frame of the fence: from here on the node may know. */
	private volatile boolean told;

	/** The last outcomes of its tools. */
	private @Nullable Deque<ToolResult> emitted;

	/** The calls of tools that threads wait for; few ever do. */
	private volatile List<ToolRun> awaited = List.of();

	Execution(Run run, Engine engine) {
		this.run = run;
		this.engine = engine;
	}

	/**
	 * Calls the node, on the thread that suits it.
	 * @return false if it needs a thread that may block and all of them are held
	 */
	boolean start() {
		Style style = this.engine.style(this.run.compiled);
		if (style == Style.REACTIVE) {
			worker().schedule(this::callReactive);
			return true;
		}
		if (!this.engine.holdThread(style == Style.BLOCKING)) {
			return false;
		}
		try {
			this.engine.schedulers().blocking().schedule(this::callBlocking);
		}
		catch (RejectedExecutionException ex) {
			this.engine.releaseThread();
			throw ex;
		}
		return true;
	}

	private void callReactive() {
		Scope scope = this.run.around.enter();
		try {
			if (!this.told) {
				adopt(this.run.compiled.node().call().invoke(this.run, this.run.previousOnce()), false);
			}
		}
		catch (Throwable ex) {
			end(ex);
		}
		finally {
			scope.close();
			release();
		}
	}

	private void callBlocking() {
		onBlockingThread(() -> {
			if (!this.told) {
				adopt(this.run.compiled.node().call().invoke(this.run, this.run.previousOnce()), true);
			}
		});
	}

	/**
	 * Does what may block, on a thread that has been held for it, and gives the thread
	 * back.
	 */
	private void onBlockingThread(Body body) {
		this.thread = Thread.currentThread();
		this.place.set(ON_THREAD);
		Scope scope = this.run.around.enter();
		try {
			body.run();
		}
		catch (Throwable ex) {
			end(ex);
		}
		finally {
			scope.close();
			leaveThread();
			this.thread = null;
			this.engine.releaseThread();
			release();
		}
	}

	private void adopt(@Nullable Object result, boolean mayBlock) {
		if (result instanceof CompletionStage<?> stage) {
			this.future = stage;
			this.holds.incrementAndGet();
			stage.whenComplete((value, failure) -> release());
			subscribeTo(Mono.fromCompletionStage(stage));
			return;
		}
		ReactiveAdapter adapter = (result != null)
				? ReactiveAdapterRegistry.getSharedInstance().getAdapter(null, result) : null;
		if (adapter != null) {
			this.engine.learn(this.run.compiled, Style.REACTIVE);
			subscribeTo(adapter.toPublisher(result));
			return;
		}
		if (mayBlock) {
			this.engine.learn(this.run.compiled, Style.BLOCKING);
			emitResult(result);
		}
		else if (result instanceof BaseStream || result instanceof Iterable) {
			moveToBlockingThread(result);
		}
		else {
			emitResult(result);
		}
	}

	/**
	 * Goes on where it may block: the node's earlier results were reactive, this one is
	 * not.
	 */
	private void moveToBlockingThread(Object result) {
		this.engine.unlearn(this.run.compiled);
		if (!this.engine.holdThread(true)) {
			if (result instanceof BaseStream<?, ?> stream) {
				stream.close();
			}
			fail("no-thread", "All threads for nodes that block are held");
			return;
		}
		this.holds.incrementAndGet();
		try {
			this.engine.schedulers().blocking().schedule(() -> onBlockingThread(() -> emitResult(result)));
		}
		catch (RejectedExecutionException ex) {
			this.engine.releaseThread();
			this.holds.decrementAndGet();
			throw ex;
		}
	}

	private void emitResult(@Nullable Object result) {
		if (result instanceof BaseStream<?, ?> stream) {
			try (stream) {
				emitAll(stream.iterator());
			}
		}
		else if (result instanceof Iterable<?> iterable) {
			emitAll(iterable.iterator());
		}
		else if (result != null) {
			offer(result);
		}
		end(null);
	}

	private void emitAll(Iterator<?> iterator) {
		while (!this.told && iterator.hasNext()) {
			emitPaced(iterator.next());
		}
	}

	private void subscribeTo(Publisher<?> publisher) {
		this.holds.incrementAndGet();
		this.subscribed.set(true);
		if (this.thread == null) {
			subscribeNow(publisher);
		}
		else {
			worker().schedule(() -> this.run.around.run(() -> subscribeNow(publisher)));
		}
	}

	private void subscribeNow(Publisher<?> publisher) {
		try {
			subscribe(publisher, this);
		}
		catch (Throwable ex) {
			onError(ex);
		}
	}

	/**
	 * Subscribes to what a user has made. Whoever does must cancel it.
	 */
	static void subscribe(Publisher<?> publisher, CoreSubscriber<Object> subscriber) {
		publisher.subscribe(subscriber);
	}

	private synchronized Scheduler.Worker worker() {
		Scheduler.Worker found = this.worker;
		if (found == null) {
			found = this.engine.schedulers().parallel().createWorker();
			this.worker = found;
		}
		return found;
	}

	@Override
	public Context currentContext() {
		return this.run.around.context();
	}

	@Override
	public void onSubscribe(Subscription subscription) {
		Upstream active = new Upstream(subscription);
		if (this.upstream.compareAndSet(Upstream.NONE, active)) {
			request();
		}
		else if (this.upstream.compareAndSet(Upstream.STOPPED, Upstream.CANCELLING)) {
			this.engine.schedulers().control().schedule(() -> cancelNow(subscription));
		}
		else {
			// One too many: the publisher does not keep the rules.
			this.engine.schedulers().control().schedule(subscription::cancel);
		}
	}

	@Override
	public void onNext(Object item) {
		if (subscription() == null) {
			discard(1);
			return;
		}
		try {
			offer(item);
			long replaced = this.replaced;
			if (this.received.get() - this.unasked.get() - (this.granted.get() - replaced) > OVERFLOW) {
				fail("overflow", OVERFLOW_HELP);
			}
		}
		catch (Throwable ex) {
			fail(ex);
		}
	}

	@Override
	public void onError(Throwable failure) {
		terminate(failure);
	}

	@Override
	public void onComplete() {
		terminate(null);
	}

	private @Nullable Subscription subscription() {
		return Objects.requireNonNull(this.upstream.get()).subscription;
	}

	private void terminate(@Nullable Throwable failure) {
		Upstream before = this.upstream
			.getAndUpdate((current) -> (current == Upstream.CANCELLING) ? current : Upstream.ENDED);
		if (before != Upstream.CANCELLING && before != Upstream.ENDED) {
			end(failure);
			unsubscribed();
		}
	}

	/**
	 * Takes note, once, that the subscription holds the node open no more, however often
	 * the publisher signals that.
	 */
	private void unsubscribed() {
		if (this.subscribed.compareAndSet(true, false)) {
			release();
		}
	}

	/**
	 * Lets the node produce more items. The writer's.
	 * @param more how many
	 * @param dropped how many of all that it has been granted replace dropped ones
	 */
	void grant(long more, long dropped) {
		this.granted.addAndGet(more);
		this.replaced = dropped;
		boolean reactive = subscription() != null;
		if (reactive) {
			request();
		}
		// A reactive node may emit besides, but that must not add up.
		if (!reactive || this.credit.availablePermits() < more) {
			this.credit.release((int) Math.min(more, EVERYBODY));
		}
	}

	/**
	 * Has what was granted requested, on the node's own thread: a synchronous source runs
	 * in the call.
	 */
	private void request() {
		if (this.requests.getAndIncrement() == 0) {
			try {
				worker().schedule(this::requestNow);
			}
			catch (RejectedExecutionException ex) {
				this.run.debug(logger, "{} ended before it was asked for more", this.run, ex);
			}
		}
	}

	private void requestNow() {
		Scope scope = this.run.around.follow();
		try {
			int missed = 1;
			while (missed != 0) {
				long demand = this.granted.get() - this.asked;
				Subscription subscription = subscription();
				if (subscription != null && demand > 0) {
					this.asked += demand;
					subscription.request(demand);
				}
				missed = this.requests.addAndGet(-missed);
			}
		}
		finally {
			scope.close();
		}
	}

	void emit(Object item) {
		checkMayBlock("emit");
		emitPaced(item);
	}

	/**
	 * Refuses a call that blocks for demand on a thread that must not.
	 */
	static void checkMayBlock(String method) {
		if (Thread.currentThread() instanceof NonBlocking) {
			throw new MisuseException(method + " blocks for demand, and thread '" + Thread.currentThread().getName()
					+ "' must not block: "
					+ (method.equals("emit") ? "return a Flux instead, or emit from a method that is not reactive"
							: "give it a Publisher instead of a Callable, or call it from a method that is not reactive"));
		}
	}

	private void emitPaced(Object item) {
		awaitDemand();
		offer(item);
	}

	/**
	 * Waits until the node is asked for an item.
	 */
	void awaitDemand() {
		checkOpen();
		try {
			this.credit.acquire();
		}
		catch (InterruptedException ex) {
			if (!this.told) {
				Thread.currentThread().interrupt();
				throw new MisuseException("Interrupted while waiting for demand", ex);
			}
		}
		checkOpen();
	}

	private void checkOpen() {
		if (this.told) {
			throw interrupted();
		}
		if (this.over.get()) {
			throw ended(this.run);
		}
	}

	/**
	 * Puts the call of a tool among the items.
	 */
	void offerCall(ToolRun tool) {
		checkOpen();
		offer(new ToolItem(tool, false), !tool.paced);
		// What came behind the end is looked at by nobody else.
		this.run.owner.execute(() -> this.run.owner.tools().check(tool));
	}

	/**
	 * Puts the outcome of a tool among the items. The writer's.
	 */
	void offerOutcome(ToolRun tool) {
		offer(new ToolItem(tool, true), true);
	}

	private void offer(ToolItem item, boolean unasked) {
		this.received.incrementAndGet();
		if (unasked) {
			this.unasked.incrementAndGet();
		}
		this.items.offer(item);
	}

	/**
	 * Takes note of the outcome of a tool that has its number, before the node has it.
	 */
	synchronized void emitted(ToolResult result) {
		if (this.emitted == null) {
			this.emitted = new ArrayDeque<>(2);
		}
		else if (this.emitted.size() == MAX_EMITTED) {
			this.emitted.remove();
		}
		this.emitted.add(result);
	}

	private synchronized boolean isEmitted(ToolResult result) {
		return this.emitted != null && this.emitted.stream().anyMatch((known) -> known == result);
	}

	/**
	 * Takes back the call at the head of the queue. The writer's.
	 */
	void withdraw(ToolRun tool) {
		this.items.poll();
		this.received.decrementAndGet();
		if (!tool.paced) {
			this.unasked.decrementAndGet();
		}
	}

	/**
	 * Waits until the outcome of a tool has its number, or the fence is known.
	 */
	ToolResult awaitOutcome(ToolRun tool) {
		synchronized (this) {
			List<ToolRun> more = new ArrayList<>(this.awaited);
			more.add(tool);
			this.awaited = more;
		}
		try {
			while (true) {
				// Behind the entry above: who tells finds it, or is seen here.
				if (this.told) {
					throw interrupted();
				}
				ToolResult result = tool.answered();
				if (result != null) {
					return result;
				}
				tool.pass();
			}
		}
		catch (InterruptedGenerationException ex) {
			// Refused by the fence, perhaps before the node was told: it knows now.
			throw interrupted();
		}
		catch (InterruptedException ex) {
			if (this.told) {
				throw interrupted();
			}
			Thread.currentThread().interrupt();
			throw new MisuseException("Interrupted while waiting for a tool", ex);
		}
		finally {
			synchronized (this) {
				List<ToolRun> fewer = new ArrayList<>(this.awaited);
				fewer.remove(tool);
				this.awaited = fewer;
			}
		}
	}

	static IllegalStateException ended(Run run) {
		return new MisuseException(run + " has ended");
	}

	private InterruptedGenerationException interrupted() {
		if (Thread.currentThread() == this.thread) {
			learn();
		}
		return new InterruptedGenerationException(this.run.id);
	}

	/**
	 * Lets the node's thread know of the fence by an exception, and so not by an
	 * interrupt besides: that would hit the clean-up which the exception sets off.
	 */
	private void learn() {
		while (true) {
			int at = this.place.get();
			if (at == INTERRUPTED) {
				Thread.interrupted();
			}
			if (at == LEARNED || (at != INTERRUPTING && this.place.compareAndSet(at, LEARNED))) {
				return;
			}
			Thread.onSpinWait();
		}
	}

	/**
	 * Makes sure that no interrupt reaches the thread any more once it goes on to other
	 * work.
	 */
	private void leaveThread() {
		while (true) {
			int at = this.place.get();
			if (at != INTERRUPTING && this.place.compareAndSet(at, LEFT)) {
				if (at == INTERRUPTED) {
					Thread.interrupted();
				}
				return;
			}
			Thread.onSpinWait();
		}
	}

	private void offer(Object item) {
		Object event = this.run.compiled.output().apply(item);
		// A node may well return what a tool gave it, which has been emitted.
		if (event == null || (event instanceof ToolResult result && isEmitted(result))) {
			this.dropped.incrementAndGet();
			this.run.owner.progress();
			return;
		}
		if (event instanceof CharSequence text) {
			event = new AgentResponse(text.toString());
		}
		this.received.incrementAndGet();
		if (this.told || this.run.isInterrupted()) {
			discard(1);
			return;
		}
		this.items.offer(event);
		this.run.owner.drain();
	}

	private void discard(int count) {
		this.engine.tell((listener) -> listener.discarded(this.run.route(), count));
	}

	/**
	 * Says that the node has produced all, or has failed.
	 */
	private void end(@Nullable Throwable failure) {
		if (this.over.compareAndSet(false, true) && !this.told) {
			this.items.offer(new End(failure));
			// Whoever still waits for demand learns that there will be none.
			this.credit.release(EVERYBODY);
			this.run.owner.drain();
		}
		else if (failure != null && !(failure instanceof InterruptedGenerationException)) {
			this.run.debug(logger, "{} ended after its fence", this.run, failure);
		}
	}

	private void fail(Throwable failure) {
		this.run.owner.execute(() -> this.run.owner.generations().fail(this.run, failure));
	}

	private void fail(String code, String message) {
		this.run.owner.execute(() -> this.run.owner.generations().fail(this.run, code, message));
	}

	/**
	 * Takes the next item or end. The writer's.
	 */
	@Nullable Object poll() {
		return this.items.poll();
	}

	/**
	 * Looks at the next item or end. The writer's.
	 */
	@Nullable Object peek() {
		return this.items.peek();
	}

	/**
	 * How many items its node has produced. Any thread's.
	 */
	long received() {
		return this.received.get();
	}

	long dropped() {
		return this.dropped.get();
	}

	/**
	 * Empties the queue of a fenced generation. The writer's.
	 * @param stranded takes what its tools have in it
	 * @return how many items it held that nobody will get
	 */
	int clear(Consumer<ToolItem> stranded) {
		int count = 0;
		Object next;
		while ((next = this.items.poll()) != null) {
			if (next instanceof ToolItem item) {
				stranded.accept(item);
				count += item.outcome() ? 0 : 1;
			}
			else {
				count += (next instanceof End) ? 0 : 1;
			}
		}
		return count;
	}

	/**
	 * Tells the node, once, that its generation has been fenced. May block as long as the
	 * node's cancel does.
	 */
	void stop() {
		Thread blocked = this.thread;
		if (blocked != null && this.place.compareAndSet(ON_THREAD, INTERRUPTING)) {
			blocked.interrupt();
			this.place.set(INTERRUPTED);
		}
		Upstream before = this.upstream
			.getAndUpdate((current) -> (current.subscription == null) ? stopped(current) : Upstream.CANCELLING);
		if (before.subscription != null) {
			cancelNow(before.subscription);
		}
	}

	/**
	 * Where the thread is that the node holds; nowhere if it holds none. Any thread's.
	 */
	List<StackTraceElement> stack() {
		Thread held = this.thread;
		List<StackTraceElement> stack = (held != null) ? List.of(held.getStackTrace()) : List.of();
		// It may have gone on to other work meanwhile.
		return (held == this.thread) ? stack : List.of();
	}

	private static Upstream stopped(Upstream current) {
		return (current == Upstream.NONE) ? Upstream.STOPPED : current;
	}

	private void cancelNow(Subscription subscription) {
		this.run.around.run(() -> cancelAll(subscription));
		unsubscribed();
	}

	private void cancelAll(Subscription subscription) {
		try {
			subscription.cancel();
		}
		catch (Throwable ex) {
			this.run.warn(logger, "Cancelling {} failed", this.run, ex);
		}
		CompletionStage<?> stage = this.future;
		if (stage != null) {
			try {
				stage.toCompletableFuture().cancel(true);
			}
			catch (Throwable ex) {
				this.run.debug(logger, "The future of {} cannot be cancelled", this.run, ex);
			}
		}
	}

	/**
	 * Makes the fence known to the node's own calls. The writer's, after the frame.
	 */
	void tell() {
		this.told = true;
		this.credit.release(EVERYBODY);
		this.awaited.forEach(ToolRun::open);
	}

	private void release() {
		if (this.holds.decrementAndGet() == 0) {
			Deque<Runnable> callbacks;
			synchronized (this) {
				callbacks = this.cleanups;
				this.cleanups = null;
				if (callbacks == null) {
					this.cleaned = true;
				}
			}
			if (callbacks == null) {
				ended();
			}
			else {
				this.engine.schedulers().control().schedule(() -> cleanUp(callbacks));
			}
		}
	}

	private void cleanUp(Deque<Runnable> first) {
		Deque<Runnable> callbacks = first;
		while (callbacks != null) {
			callbacks.forEach((callback) -> this.run.around.run(() -> cleanUp(callback)));
			synchronized (this) {
				callbacks = this.cleanups;
				this.cleanups = null;
				this.cleaned = callbacks == null;
			}
		}
		ended();
	}

	private void cleanUp(Runnable callback) {
		try {
			callback.run();
		}
		catch (Throwable ex) {
			this.run.warn(logger, "A cleanup callback of {} failed", this.run, ex);
		}
	}

	private void ended() {
		Scheduler.Worker used;
		synchronized (this) {
			used = this.worker;
		}
		if (used != null) {
			used.dispose();
		}
		this.run.owner.execute(() -> this.run.owner.generations().nodeEnded(this.run));
	}

	void onCleanup(Runnable callback) {
		boolean late;
		synchronized (this) {
			late = this.cleaned;
			if (!late) {
				if (this.cleanups == null) {
					this.cleanups = new ArrayDeque<>();
				}
				this.cleanups.addFirst(callback);
			}
		}
		if (late) {
			cleanUp(callback);
		}
	}

	/**
	 * Runs the handlers of an interruption one after the other.
	 * @param interruption the interruption
	 * @param handlers those that it is for
	 * @param done called when all have run, failed or run out of time
	 */
	void handle(Interruption interruption, List<Handler> handlers, Runnable done) {
		Flux.fromIterable(handlers)
			.concatMap((handler) -> guarded(Mono.defer(() -> call(handler, interruption)), handler.description()))
			.subscribe((none) -> {
			}, (ex) -> done.run(), done);
	}

	/**
	 * Undoes what a tool has done.
	 * @param compensation what undoes it
	 * @param done called when it has run, failed or run out of time
	 */
	void compensate(Runnable compensation, Runnable done) {
		guarded(Mono.fromRunnable(() -> this.run.around.run(compensation)), "The compensation of a tool")
			.subscribe((none) -> {
			}, (ex) -> done.run(), done);
	}

	/**
	 * Has code run that may block, fail or never end, without harm.
	 */
	private Mono<Void> guarded(Mono<Void> code, String description) {
		return code.subscribeOn(this.engine.schedulers().control())
			.timeout(this.engine.settings().generation().handlerTimeout(), this.engine.schedulers().timer())
			.onErrorResume((ex) -> {
				this.run.warn(logger, "{} of {} failed", description, this.run, ex);
				this.engine.tell((listener) -> listener.handlerFailed(this.run.route()));
				return Mono.empty();
			})
			.contextWrite((context) -> this.run.around.context());
	}

	private Mono<Void> call(Handler handler, Interruption interruption) {
		Object result;
		Scope scope = this.run.around.enter();
		try {
			result = handler.action().invoke(interruption, this.run.session());
		}
		catch (Exception ex) {
			return Mono.error(ex);
		}
		finally {
			scope.close();
		}
		if (result == null) {
			return Mono.empty();
		}
		ReactiveAdapter adapter = ReactiveAdapterRegistry.getSharedInstance().getAdapter(null, result);
		return (adapter != null) ? Flux.from(adapter.toPublisher(result)).then() : Mono.empty();
	}

	/**
	 * What may block, and throw.
	 */
	@FunctionalInterface
	private interface Body {

		void run() throws Exception;

	}

	/**
	 * The end of a node's items.
	 *
	 * @param failure why; null if it came by itself
	 */
	record End(@Nullable Throwable failure) {
	}

	private record Upstream(@Nullable Subscription subscription) {

		static final Upstream NONE = new Upstream(null);

		static final Upstream ENDED = new Upstream(null);

		/** Fenced before it had a subscription. */
		static final Upstream STOPPED = new Upstream(null);

		/** Fenced; it ends when cancel() has returned. */
		static final Upstream CANCELLING = new Upstream(null);

	}

}
