package dev.edgewise.autoconfigure;

import dev.edgewise.route.RouteTable;
import dev.edgewise.session.EngineSchedulers;
import dev.edgewise.session.SessionEngine;
import dev.edgewise.web.ApiDocs;
import dev.edgewise.web.HttpEdge;
import dev.edgewise.web.WebSettings;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication.Type;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.boot.webflux.autoconfigure.WebFluxAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.core.Ordered;
import org.springframework.web.reactive.DispatcherHandler;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerResponse;
import org.springframework.web.reactive.function.server.support.RouterFunctionMapping;

/**
 * Auto-configuration of the HTTP edge, in a reactive web application that has an engine.
 */
@AutoConfiguration(after = { JacksonAutoConfiguration.class, WebFluxAutoConfiguration.class,
		EdgewiseEngineAutoConfiguration.class })
@ConditionalOnWebApplication(type = Type.REACTIVE)
@ConditionalOnClass({ DispatcherHandler.class, JsonMapper.class })
@ConditionalOnBean({ SessionEngine.class, RouteTable.class, EngineSchedulers.class })
@ConditionalOnProperty(name = "edgewise.web.enabled", matchIfMissing = true)
public final class EdgewiseWebAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	WebSettings edgewiseWebSettings(EdgewiseProperties properties) {
		return properties.webSettings();
	}

	@Bean
	HttpEdge edgewiseHttpEdge(SessionEngine engine, RouteTable routes, ObjectProvider<JsonMapper> mapper,
			WebSettings settings, EngineSchedulers schedulers) {
		return new HttpEdge(engine, routes.eventTypes(), mapper.getIfUnique(), settings, schedulers.timer());
	}

	@Bean
	RouterFunction<ServerResponse> edgewiseRoutes(HttpEdge edge) {
		return edge.routes();
	}

	@Bean
	@ConditionalOnMissingBean
	@ConditionalOnProperty("edgewise.web.api-docs")
	ApiDocs edgewiseApiDocs(WebSettings settings) {
		return new ApiDocs(settings, false);
	}

	@Bean
	@ConditionalOnProperty("edgewise.web.api-docs")
	RouterFunction<ServerResponse> edgewiseApiDocsRoute(ApiDocs docs) {
		return docs.routes();
	}

	/**
	 * Its own mapping, and one of the last: a router function would be asked before the
	 * application's controllers.
	 */
	@Bean(defaultCandidate = false)
	RouterFunctionMapping edgewiseRemainderMapping(HttpEdge edge) {
		RouterFunctionMapping mapping = new RouterFunctionMapping(edge.remainder());
		mapping.setOrder(Ordered.LOWEST_PRECEDENCE - 100);
		return mapping;
	}

}
