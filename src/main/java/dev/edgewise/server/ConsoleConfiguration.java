package dev.edgewise.server;

import java.io.IOException;

import dev.edgewise.session.SessionEngine;
import dev.edgewise.web.WebSettings;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerResponse;
import tools.jackson.databind.json.JsonMapper;

/**
 * The console, unless it is switched off or has no edge to talk to.
 */
@Configuration(proxyBeanMethods = false)
@ConditionalOnBooleanProperty(name = "edgewise.console.enabled", matchIfMissing = true)
@ConditionalOnBooleanProperty(name = "edgewise.web.enabled", matchIfMissing = true)
class ConsoleConfiguration {

	@Bean
	RouterFunction<ServerResponse> console(WebSettings settings, SessionEngine engine, JsonMapper mapper)
			throws IOException {
		return new Console(settings, engine, mapper).routes();
	}

}
