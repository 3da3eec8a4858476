package dev.edgewise.autoconfigure;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

import dev.edgewise.session.EngineSchedulers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.NonBlocking;
import reactor.core.scheduler.Scheduler;
import reactor.test.scheduler.VirtualTimeScheduler;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

/**
 * The threads and the time that an engine is given.
 */
class EdgewiseSchedulersAutoConfigurationTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner().withConfiguration(
			AutoConfigurations.of(EdgewiseAutoConfiguration.class, EdgewiseSchedulersAutoConfiguration.class));

	@Test
	void callsReactiveNodesOnThreadsThatMustNotBlock() {
		this.runner.run((context) -> {
			Thread thread = threadOf(context.getBean(EngineSchedulers.class).parallel());
			assertThat(thread).isInstanceOf(NonBlocking.class);
			assertThat(thread.isDaemon()).isTrue();
			assertThat(thread.getName()).startsWith("edgewise-parallel");
		});
	}

	@Test
	void callsWhatMayBlockOnPlatformThreadsOfItsOwn() {
		this.runner.run((context) -> {
			EngineSchedulers schedulers = context.getBean(EngineSchedulers.class);
			Thread blocking = threadOf(schedulers.blocking());
			assertThat(blocking).isNotInstanceOf(NonBlocking.class);
			assertThat(blocking.isDaemon()).isTrue();
			assertThat(blocking.getName()).startsWith("edgewise-blocking-");
			Thread control = threadOf(schedulers.control());
			assertThat(control).isNotInstanceOf(NonBlocking.class);
			assertThat(control.isDaemon()).isTrue();
			assertThat(control.getName()).startsWith("edgewise-control-");
		});
	}

	@Test
	@EnabledForJreRange(min = JRE.JAVA_21)
	void callsWhatMayBlockOnVirtualThreadsWhenTheApplicationUsesThem() {
		this.runner.withPropertyValues("spring.threads.virtual.enabled=true").run((context) -> {
			EngineSchedulers schedulers = context.getBean(EngineSchedulers.class);
			assertThat(isVirtual(threadOf(schedulers.blocking()))).isTrue();
			assertThat(isVirtual(threadOf(schedulers.control()))).isTrue();
			assertThat(isVirtual(threadOf(schedulers.parallel()))).isFalse();
			assertThat(threadOf(schedulers.blocking()).getName()).startsWith("edgewise-blocking-");
		});
	}

	@Test
	@EnabledForJreRange(min = JRE.JAVA_21)
	void usesNoVirtualThreadsUnlessToldTo() {
		this.runner.run((context) -> {
			EngineSchedulers schedulers = context.getBean(EngineSchedulers.class);
			assertThat(isVirtual(threadOf(schedulers.blocking()))).isFalse();
			assertThat(isVirtual(threadOf(schedulers.control()))).isFalse();
		});
	}

	@Test
	@EnabledForJreRange(max = JRE.JAVA_20)
	void usesPlatformThreadsWhereThereAreNoOthers() {
		this.runner.withPropertyValues("spring.threads.virtual.enabled=true")
			.run((context) -> assertThat(threadOf(context.getBean(EngineSchedulers.class).blocking()).isDaemon())
				.isTrue());
	}

	@Test
	void interruptsAThreadWhoseTaskIsDisposed() {
		this.runner.run((context) -> {
			CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
			CountDownLatch running = new CountDownLatch(1);
			var task = context.getBean(EngineSchedulers.class).blocking().schedule(() -> {
				running.countDown();
				interrupted.complete(untilInterrupted());
			});
			running.await();
			task.dispose();
			assertThat(interrupted.get(10, TimeUnit.SECONDS)).isTrue();
		});
	}

	@Test
	void runsTwoHundredCancelsThatBlockAndTheNextOneBesides() {
		this.runner.run((context) -> {
			Scheduler control = context.getBean(EngineSchedulers.class).control();
			CountDownLatch blocked = new CountDownLatch(200);
			CountDownLatch end = new CountDownLatch(1);
			for (int i = 0; i < 200; i++) {
				control.schedule(() -> {
					blocked.countDown();
					awaitUninterruptibly(end);
				});
			}
			assertThat(blocked.await(10, TimeUnit.SECONDS)).isTrue();
			assertThat(threadOf(control)).isNotNull();
			end.countDown();
		});
	}

	@Test
	void givesNobodyTheThreadOfAHandlerThatOutlivesItsTimeout() {
		this.runner.run((context) -> {
			Scheduler control = context.getBean(EngineSchedulers.class).control();
			CountDownLatch end = new CountDownLatch(1);
			AtomicReference<Thread> stuck = new AtomicReference<>();
			CountDownLatch running = new CountDownLatch(1);
			var handler = Mono.fromRunnable(() -> {
				stuck.set(Thread.currentThread());
				running.countDown();
				awaitUninterruptibly(end);
			}).subscribeOn(control).subscribe();
			running.await();
			handler.dispose();
			Set<Thread> others = ConcurrentHashMap.newKeySet();
			for (int i = 0; i < 20; i++) {
				others.add(threadOf(control));
			}
			assertThat(others).doesNotContain(stuck.get());
			end.countDown();
		});
	}

	@Test
	void queuesWhatIsBeyondTheThreadsForBlockingNodes() {
		this.runner.withPropertyValues("edgewise.blocking.threads=2").run((context) -> {
			Scheduler blocking = context.getBean(EngineSchedulers.class).blocking();
			CountDownLatch end = new CountDownLatch(1);
			CountDownLatch all = new CountDownLatch(5);
			Set<Thread> threads = ConcurrentHashMap.newKeySet();
			for (int i = 0; i < 5; i++) {
				blocking.schedule(() -> {
					threads.add(Thread.currentThread());
					awaitUninterruptibly(end);
					all.countDown();
				});
			}
			end.countDown();
			assertThat(all.await(10, TimeUnit.SECONDS)).isTrue();
			assertThat(threads).hasSizeBetween(1, 2);
		});
	}

	@Test
	void hasATimeThatStartsAtTheWallAndOnlyRises() {
		this.runner.run((context) -> {
			Scheduler timer = context.getBean(EngineSchedulers.class).timer();
			long previous = timer.now(TimeUnit.NANOSECONDS);
			assertThat(Instant.ofEpochSecond(0, previous)).isCloseTo(Instant.now(), within(Duration.ofSeconds(5)));
			for (int i = 0; i < 10_000; i++) {
				long next = timer.now(TimeUnit.NANOSECONDS);
				assertThat(next).isGreaterThanOrEqualTo(previous);
				previous = next;
			}
			assertThat(timer.now(TimeUnit.MILLISECONDS)).isGreaterThanOrEqualTo(previous / 1_000_000);
		});
	}

	@Test
	void disposesOfTheThreadsWithTheContext() {
		AtomicReference<EngineSchedulers> schedulers = new AtomicReference<>();
		this.runner.run((context) -> schedulers.set(context.getBean(EngineSchedulers.class)));
		assertThat(schedulers.get().timer().isDisposed()).isTrue();
		assertThat(schedulers.get().parallel().isDisposed()).isTrue();
		assertThat(schedulers.get().blocking().isDisposed()).isTrue();
		assertThat(schedulers.get().control().isDisposed()).isTrue();
	}

	@Test
	void offersNoSchedulerToTheApplication() {
		this.runner.withUserConfiguration(OwnScheduler.class)
			.run((context) -> assertThat(context.getBean(OwnScheduler.class).found).isEmpty());
	}

	@Test
	void givesWayToSchedulersOfTheApplication() {
		VirtualTimeScheduler time = VirtualTimeScheduler.create();
		this.runner.withBean(EngineSchedulers.class, () -> new EngineSchedulers(time, time, time, time))
			.run((context) -> {
				assertThat(context.getBean(EngineSchedulers.class).timer()).isSameAs(time);
				assertThat(context).doesNotHaveBean("edgewiseControl");
			});
	}

	private static Thread threadOf(Scheduler scheduler) throws Exception {
		CompletableFuture<Thread> thread = new CompletableFuture<>();
		scheduler.schedule(() -> thread.complete(Thread.currentThread()));
		return thread.get(10, TimeUnit.SECONDS);
	}

	private static boolean isVirtual(Thread thread) throws Exception {
		return (boolean) Thread.class.getMethod("isVirtual").invoke(thread);
	}

	private static boolean untilInterrupted() {
		try {
			new CountDownLatch(1).await();
			return false;
		}
		catch (InterruptedException ex) {
			return true;
		}
	}

	private static void awaitUninterruptibly(CountDownLatch latch) {
		while (true) {
			try {
				latch.await();
				return;
			}
			catch (InterruptedException ex) {
				// as a node that swallows its interruption
			}
		}
	}

	@Configuration(proxyBeanMethods = false)
	static class OwnScheduler {

		private final List<Scheduler> found;

		OwnScheduler(ObjectProvider<Scheduler> schedulers) {
			this.found = schedulers.stream().toList();
		}

	}

}
