package dev.edgewise.autoconfigure;

import dev.edgewise.Edgewise;
import dev.edgewise.interruption.InterruptionRule;
import dev.edgewise.interruption.Policies;
import dev.edgewise.route.RouteTable;
import dev.edgewise.session.DefaultSessionEngine;
import dev.edgewise.session.EngineListener;
import dev.edgewise.session.EngineSchedulers;
import dev.edgewise.session.EngineSettings;
import dev.edgewise.session.FrameEncoder;
import dev.edgewise.session.SessionEngine;
import dev.edgewise.session.Surroundings;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.SearchStrategy;
import org.springframework.context.annotation.Bean;

/**
 * {@linkplain AutoConfiguration Auto-configuration} of the engine behind
 * {@link Edgewise}.
 */
@AutoConfiguration(after = { EdgewiseRouteAutoConfiguration.class, EdgewiseSchedulersAutoConfiguration.class,
		EdgewiseObservationAutoConfiguration.class, EdgewiseJsonAutoConfiguration.class })
@ConditionalOnBean(FrameEncoder.class)
@ConditionalOnMissingBean(value = Edgewise.class, search = SearchStrategy.CURRENT)
public final class EdgewiseEngineAutoConfiguration {

	@Bean
	SessionEngine edgewise(RouteTable routes, EngineSettings settings, EngineSchedulers schedulers,
			FrameEncoder encoder, Policies policies, ObjectProvider<InterruptionRule> rules,
			ObjectProvider<EngineListener> listeners, ObjectProvider<Surroundings> surroundings) {
		return new DefaultSessionEngine(routes, settings, schedulers, encoder, policies, rules.orderedStream().toList(),
				listeners.orderedStream().toList(), surroundings.getIfAvailable(() -> Surroundings.NONE));
	}

	@Bean
	EngineLifecycle edgewiseLifecycle(SessionEngine engine, EngineSchedulers schedulers,
			EdgewiseProperties properties) {
		return new EngineLifecycle(engine, schedulers.blocking(), properties.shutdown().grace());
	}

}
