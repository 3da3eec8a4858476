package dev.edgewise.autoconfigure;

import java.util.List;

import dev.edgewise.interruption.Policies;
import dev.edgewise.route.ItemAdapter;
import dev.edgewise.route.RouteReport;
import dev.edgewise.route.RouteScanner;
import dev.edgewise.route.RouteTable;
import lombok.extern.slf4j.Slf4j;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.SearchStrategy;
import org.springframework.context.annotation.Bean;

/**
 * Auto-configuration of the {@link RouteTable}: finds the routes of the application,
 * fails the start if anything is wrong with them, and logs them.
 */
@Slf4j
@AutoConfiguration(after = EdgewiseInterruptionAutoConfiguration.class)
@ConditionalOnMissingBean(value = RouteTable.class, search = SearchStrategy.CURRENT)
public final class EdgewiseRouteAutoConfiguration {

	@Bean
	RouteScanner edgewiseRouteScanner(ConfigurableListableBeanFactory beanFactory, ObjectProvider<Policies> policies,
			ObjectProvider<EdgewiseProperties> properties, ObjectProvider<ItemAdapter> items) {
		EdgewiseProperties bound = properties.getIfAvailable();
		return new RouteScanner(beanFactory, () -> policies.getIfAvailable(() -> new Policies(List.of())).names(),
				(bound != null) ? bound.agents().initial() : null, items.orderedStream().toList());
	}

	@Bean
	RouteTable edgewiseRouteTable(RouteScanner scanner) {
		return scanner.scan();
	}

	@Bean
	SmartInitializingSingleton edgewiseRouteInspection(RouteScanner scanner, RouteTable table) {
		return () -> {
			scanner.verify();
			log.info("Routes:{}{}", System.lineSeparator(), new RouteReport().render(table));
		};
	}

}
