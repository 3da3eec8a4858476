package dev.edgewise.benchmark;

import java.util.HashMap;
import java.util.Map;

import dev.edgewise.route.RouteTable;
import dev.edgewise.session.SessionEngine;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.MapPropertySource;

/**
 * An application with one agent and nobody on the network. Its sessions have no rate
 * limit; all else is as the properties say, or the defaults.
 */
final class Stage implements AutoCloseable {

	private final AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext();

	/**
	 * Starts the application.
	 * @param agent the class of its agent
	 * @param properties what is not as by default
	 */
	Stage(Class<?> agent, Map<String, Object> properties) {
		Map<String, Object> all = new HashMap<>(properties);
		all.put("edgewise.session.events-per-second", 1_000_000);
		this.context.getEnvironment().getPropertySources().addFirst(new MapPropertySource("benchmark", all));
		this.context.register(Application.class, agent);
		this.context.refresh();
	}

	SessionEngine engine() {
		return this.context.getBean(SessionEngine.class);
	}

	RouteTable routes() {
		return this.context.getBean(RouteTable.class);
	}

	@Override
	public void close() {
		this.context.close();
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

	}

}
