package dev.edgewise.autoconfigure;

import dev.edgewise.actuate.EdgewiseEndpoint;
import dev.edgewise.actuate.EdgewiseSessionsEndpoint;
import dev.edgewise.interruption.Policies;
import dev.edgewise.route.RouteTable;
import dev.edgewise.session.SessionEngine;

import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.SearchStrategy;
import org.springframework.context.annotation.Bean;

/**
 * {@linkplain AutoConfiguration Auto-configuration} of the endpoints of Actuator, each
 * where it is exposed.
 */
@AutoConfiguration(after = EdgewiseEngineAutoConfiguration.class)
@ConditionalOnClass(ConditionalOnAvailableEndpoint.class)
public final class EdgewiseEndpointAutoConfiguration {

	@Bean
	@ConditionalOnAvailableEndpoint
	@ConditionalOnBean({ RouteTable.class, Policies.class })
	@ConditionalOnMissingBean(search = SearchStrategy.CURRENT)
	EdgewiseEndpoint edgewiseEndpoint(RouteTable routes, Policies policies) {
		return new EdgewiseEndpoint(routes, policies);
	}

	@Bean
	@ConditionalOnAvailableEndpoint
	@ConditionalOnBean(SessionEngine.class)
	@ConditionalOnMissingBean(search = SearchStrategy.CURRENT)
	EdgewiseSessionsEndpoint edgewiseSessionsEndpoint(SessionEngine engine) {
		return new EdgewiseSessionsEndpoint(engine);
	}

}
