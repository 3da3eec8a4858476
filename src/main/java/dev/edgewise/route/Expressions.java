package dev.edgewise.route;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import dev.edgewise.Generation;
import dev.edgewise.Session;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.context.expression.BeanFactoryResolver;
import org.springframework.expression.BeanResolver;
import org.springframework.expression.ConstructorResolver;
import org.springframework.expression.EvaluationContext;
import org.springframework.expression.ExpressionException;
import org.springframework.expression.IndexAccessor;
import org.springframework.expression.MethodResolver;
import org.springframework.expression.OperatorOverloader;
import org.springframework.expression.PropertyAccessor;
import org.springframework.expression.TypeComparator;
import org.springframework.expression.TypeConverter;
import org.springframework.expression.TypeLocator;
import org.springframework.expression.TypedValue;
import org.springframework.expression.spel.SpelCompilerMode;
import org.springframework.expression.spel.SpelParserConfiguration;
import org.springframework.expression.spel.standard.SpelExpression;
import org.springframework.expression.spel.standard.SpelExpressionParser;
import org.springframework.expression.spel.support.SimpleEvaluationContext;

/**
 * The language of filters and conditions: SpEL without assignment, types and
 * constructors, with beans as {@code @name}.
 */
final class Expressions {

	private final SpelExpressionParser parser = new SpelExpressionParser(
			new SpelParserConfiguration(SpelCompilerMode.OFF, null));

	private final ReadableProperties properties = new ReadableProperties();

	private final ConfigurableListableBeanFactory beanFactory;

	private final EvaluationContext context;

	Expressions(ConfigurableListableBeanFactory beanFactory) {
		this.beanFactory = beanFactory;
		this.context = new WithBeans(SimpleEvaluationContext.forPropertyAccessors(this.properties)
			.withInstanceMethods()
			.withAssignmentDisabled()
			.build(), new BeanFactoryResolver(beanFactory));
	}

	CompiledRoute.@Nullable Filter filter(String text, List<Class<?>> on, Place place) {
		Map<String, ExpressionTypes.Types> root = new LinkedHashMap<>();
		root.put("event", new ExpressionTypes.Types(on, true));
		root.put("session", ExpressionTypes.Types.of(Session.class));
		SpelExpression expression = parse("filter", text, root, place);
		return (expression != null) ? (event, session) -> decide(expression, new FilterRoot(event, session)) : null;
	}

	CompiledRoute.@Nullable Condition condition(String text, List<Class<?>> interruptOn, Place place) {
		Map<String, ExpressionTypes.Types> root = new LinkedHashMap<>();
		root.put("event", new ExpressionTypes.Types(interruptOn, true));
		root.put("generation", ExpressionTypes.Types.of(Generation.class));
		root.put("session", ExpressionTypes.Types.of(Session.class));
		SpelExpression expression = parse("condition", text, root, place);
		return (expression != null)
				? (event, generation) -> decide(expression, new ConditionRoot(event, generation, generation.session()))
				: null;
	}

	private @Nullable SpelExpression parse(String attribute, String text, Map<String, ExpressionTypes.Types> root,
			Place place) {
		try {
			SpelExpression expression = this.parser.parseRaw(text);
			new ExpressionTypes(this.properties, this.beanFactory, attribute, root, place).check(expression.getAST());
			return expression;
		}
		catch (ExpressionException ex) {
			place.report(attribute,
					"'%s' cannot be read at position %d: %s".formatted(text, ex.getPosition(), ex.getSimpleMessage()),
					"Write a SpEL expression that yields a boolean");
		}
		catch (IllegalStateException | IllegalArgumentException ex) {
			place.report(attribute, "'%s' cannot be read: %s".formatted(text, ex.getMessage()),
					"Write a SpEL expression that yields a boolean");
		}
		return null;
	}

	private boolean decide(SpelExpression expression, Object root) {
		Object answer = expression.getValue(this.context, root);
		if (answer instanceof Boolean yes) {
			return yes;
		}
		throw new IllegalStateException(
				"'%s' yielded %s, not a boolean".formatted(expression.getExpressionString(), answer));
	}

	/**
	 * What a filter speaks of.
	 */
	record FilterRoot(Object event, Session session) {
	}

	/**
	 * What a condition speaks of.
	 */
	record ConditionRoot(Object event, Generation generation, Session session) {
	}

	/**
	 * A context that knows beans; {@link SimpleEvaluationContext} does not.
	 */
	private record WithBeans(SimpleEvaluationContext context, BeanResolver beans) implements EvaluationContext {

		@Override
		public TypedValue getRootObject() {
			return this.context.getRootObject();
		}

		@Override
		public List<PropertyAccessor> getPropertyAccessors() {
			return this.context.getPropertyAccessors();
		}

		@Override
		public List<IndexAccessor> getIndexAccessors() {
			return this.context.getIndexAccessors();
		}

		@Override
		public List<ConstructorResolver> getConstructorResolvers() {
			return this.context.getConstructorResolvers();
		}

		@Override
		public List<MethodResolver> getMethodResolvers() {
			return this.context.getMethodResolvers();
		}

		@Override
		public BeanResolver getBeanResolver() {
			return this.beans;
		}

		@Override
		public TypeLocator getTypeLocator() {
			return this.context.getTypeLocator();
		}

		@Override
		public TypeConverter getTypeConverter() {
			return this.context.getTypeConverter();
		}

		@Override
		public TypeComparator getTypeComparator() {
			return this.context.getTypeComparator();
		}

		@Override
		public OperatorOverloader getOperatorOverloader() {
			return this.context.getOperatorOverloader();
		}

		@Override
		public void setVariable(String name, @Nullable Object value) {
			throw new UnsupportedOperationException("Expressions have no variables");
		}

		@Override
		public @Nullable Object lookupVariable(String name) {
			return this.context.lookupVariable(name);
		}

		@Override
		public boolean isAssignmentEnabled() {
			return false;
		}

	}

}
