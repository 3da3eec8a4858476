package dev.edgewise.server;

import org.springframework.boot.autoconfigure.condition.NoneNestedConditions;
import org.springframework.context.annotation.Condition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.Conditional;
import org.springframework.core.type.AnnotatedTypeMetadata;
import org.springframework.util.StringUtils;

/**
 * Whether the service has a language model. Asks the property, as the library does: beans
 * that are scanned are chosen before the library's are known.
 */
final class WithModel implements Condition {

	@Override
	public boolean matches(ConditionContext context, AnnotatedTypeMetadata metadata) {
		return StringUtils.hasText(context.getEnvironment().getProperty("edgewise.agent.model.base-url"));
	}

	/**
	 * Whether it has none.
	 */
	static final class Not extends NoneNestedConditions {

		Not() {
			super(ConfigurationPhase.REGISTER_BEAN);
		}

		@Conditional(WithModel.class)
		static class Model {

		}

	}

}
