package dev.edgewise.autoconfigure;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import dev.edgewise.interruption.InterruptionPolicy;
import dev.edgewise.interruption.InvalidPoliciesException;
import dev.edgewise.interruption.InvalidPoliciesException.Problem;
import dev.edgewise.interruption.Policies;

import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.SearchStrategy;
import org.springframework.context.annotation.Bean;

/**
 * {@linkplain AutoConfiguration Auto-configuration} of the {@link Policies}: those of the
 * properties and the beans of type {@link InterruptionPolicy}. Fails the start if
 * anything is wrong with them.
 */
@AutoConfiguration(after = EdgewiseAutoConfiguration.class)
public final class EdgewiseInterruptionAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean(search = SearchStrategy.CURRENT)
	Policies edgewisePolicies(EdgewiseProperties properties, ListableBeanFactory beanFactory) {
		List<InterruptionPolicy> policies = new ArrayList<>();
		List<Problem> problems = new ArrayList<>();
		properties.interruption()
			.policies()
			.forEach((name, policy) -> policies.addAll(policy.toPolicy(name, problems).stream().toList()));
		Map<String, InterruptionPolicy> beans = beanFactory.getBeansOfType(InterruptionPolicy.class);
		beans.forEach((bean, policy) -> {
			String name = policy.name();
			if (name.equals(InterruptionPolicy.IMMEDIATE_NAME)) {
				problems.add(new Problem("bean '%s'".formatted(bean),
						"is a policy named 'immediate', which is built in", "Give the policy another name"));
			}
			else if (policies.stream().anyMatch((other) -> other.name().equals(name))) {
				problems.add(new Problem("bean '%s'".formatted(bean),
						"is a policy named '%s', and there is another one".formatted(name),
						"Give one of them another name"));
			}
			else {
				problems.addAll(PolicyProperties.contradictions(bean, policy));
				policies.add(policy);
			}
		});
		if (!problems.isEmpty()) {
			throw new InvalidPoliciesException(problems);
		}
		return new Policies(policies);
	}

}
