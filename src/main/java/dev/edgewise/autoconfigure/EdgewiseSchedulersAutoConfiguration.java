package dev.edgewise.autoconfigure;

import java.util.concurrent.ThreadFactory;

import dev.edgewise.session.EngineSchedulers;
import dev.edgewise.session.EngineSettings;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.thread.Threading;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.Environment;
import org.springframework.core.task.VirtualThreadTaskExecutor;
import org.springframework.scheduling.concurrent.CustomizableThreadFactory;

/**
 * {@linkplain AutoConfiguration Auto-configuration} of the threads and the time of the
 * engine. Every thread is a daemon and ends with the application context.
 */
@AutoConfiguration(after = EdgewiseAutoConfiguration.class)
@ConditionalOnMissingBean(EngineSchedulers.class)
public final class EdgewiseSchedulersAutoConfiguration {

	private static final int IDLE_SECONDS = 10;

	/**
	 * Cancels and handlers may block, each its own thread; far above what should ever
	 * block at once, and yet a bound.
	 */
	private static final int CONTROL_THREADS = 1_024;

	@Bean
	EngineSchedulers edgewiseSchedulers(@Qualifier("edgewiseTimer") Scheduler timer,
			@Qualifier("edgewiseParallel") Scheduler parallel, @Qualifier("edgewiseBlocking") Scheduler blocking,
			@Qualifier("edgewiseControl") Scheduler control) {
		return new EngineSchedulers(timer, parallel, blocking, control);
	}

	@Bean(defaultCandidate = false, destroyMethod = "dispose")
	Scheduler edgewiseTimer() {
		return new MonotonicTimer(parallel("edgewise-timer"));
	}

	@Bean(defaultCandidate = false, destroyMethod = "dispose")
	Scheduler edgewiseParallel() {
		return parallel("edgewise-parallel");
	}

	@Bean(defaultCandidate = false, destroyMethod = "dispose")
	Scheduler edgewiseBlocking(EngineSettings settings, Environment environment) {
		return pool("edgewise-blocking", settings.blockingThreads(), environment);
	}

	@Bean(defaultCandidate = false, destroyMethod = "dispose")
	Scheduler edgewiseControl(Environment environment) {
		return pool("edgewise-control", CONTROL_THREADS, environment);
	}

	private static Scheduler parallel(String name) {
		return Schedulers.newParallel(name, Runtime.getRuntime().availableProcessors(), true);
	}

	private static Scheduler pool(String name, int threads, Environment environment) {
		boolean virtual = Threading.VIRTUAL.isActive(environment);
		ThreadFactory factory = virtual ? new VirtualThreadTaskExecutor(name + "-").getVirtualThreadFactory()
				: daemons(name + "-");
		return Schedulers.fromExecutorService(new GrowingPool(threads, virtual ? 0 : IDLE_SECONDS, factory), name);
	}

	private static ThreadFactory daemons(String prefix) {
		CustomizableThreadFactory factory = new CustomizableThreadFactory(prefix);
		factory.setDaemon(true);
		return factory;
	}

}
