package dev.edgewise.route;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

import dev.edgewise.ConversationContext;
import dev.edgewise.Generation;
import dev.edgewise.Session;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.expression.spel.SpelNode;
import org.springframework.expression.spel.ast.Assign;
import org.springframework.expression.spel.ast.BeanReference;
import org.springframework.expression.spel.ast.CompoundExpression;
import org.springframework.expression.spel.ast.ConstructorReference;
import org.springframework.expression.spel.ast.Elvis;
import org.springframework.expression.spel.ast.FunctionReference;
import org.springframework.expression.spel.ast.Indexer;
import org.springframework.expression.spel.ast.InlineList;
import org.springframework.expression.spel.ast.InlineMap;
import org.springframework.expression.spel.ast.Literal;
import org.springframework.expression.spel.ast.MethodReference;
import org.springframework.expression.spel.ast.OpAnd;
import org.springframework.expression.spel.ast.OpDec;
import org.springframework.expression.spel.ast.OpEQ;
import org.springframework.expression.spel.ast.OpGE;
import org.springframework.expression.spel.ast.OpGT;
import org.springframework.expression.spel.ast.OpInc;
import org.springframework.expression.spel.ast.OpLE;
import org.springframework.expression.spel.ast.OpLT;
import org.springframework.expression.spel.ast.OpNE;
import org.springframework.expression.spel.ast.OpOr;
import org.springframework.expression.spel.ast.Operator;
import org.springframework.expression.spel.ast.OperatorBetween;
import org.springframework.expression.spel.ast.OperatorInstanceof;
import org.springframework.expression.spel.ast.OperatorMatches;
import org.springframework.expression.spel.ast.OperatorNot;
import org.springframework.expression.spel.ast.Projection;
import org.springframework.expression.spel.ast.PropertyOrFieldReference;
import org.springframework.expression.spel.ast.Selection;
import org.springframework.expression.spel.ast.Ternary;
import org.springframework.expression.spel.ast.TypeReference;
import org.springframework.expression.spel.ast.VariableReference;
import org.springframework.util.ClassUtils;
import org.springframework.util.ReflectionUtils;

/**
 * What an expression speaks of: follows its paths through the declared types and reports
 * what they do not have, and what expressions may not do.
 */
final class ExpressionTypes {

	private static final Set<Class<?>> WORDS = Set.of(Generation.class, Session.class, ConversationContext.class);

	private static final Set<Class<?>> YES_OR_NO = Set.of(OpAnd.class, OpOr.class, OpEQ.class, OpNE.class, OpLT.class,
			OpLE.class, OpGT.class, OpGE.class, OperatorBetween.class, OperatorInstanceof.class, OperatorMatches.class,
			OperatorNot.class);

	private final ReadableProperties properties;

	private final ConfigurableListableBeanFactory beanFactory;

	private final String attribute;

	private final Map<String, Types> root;

	private final Place place;

	/**
	 * Creates the check of one expression.
	 * @param properties what can be read
	 * @param beanFactory the beans that can be named
	 * @param attribute where the expression stands
	 * @param root the properties of its root
	 * @param place takes the problems
	 */
	ExpressionTypes(ReadableProperties properties, ConfigurableListableBeanFactory beanFactory, String attribute,
			Map<String, Types> root, Place place) {
		this.properties = properties;
		this.beanFactory = beanFactory;
		this.attribute = attribute;
		this.root = root;
		this.place = place;
	}

	void check(SpelNode expression) {
		Types result = visit(expression, Types.ROOT, Types.ROOT);
		if (!result.classes().isEmpty() && result.classes().stream().noneMatch(ExpressionTypes::canBeBoolean)) {
			report("'%s' yields a %s, not a boolean".formatted(expression.toStringAST(),
					Arguments.names(result.classes())), "Compare it with something");
		}
	}

	private static boolean canBeBoolean(Class<?> type) {
		return ClassUtils.resolvePrimitiveIfNecessary(type).isAssignableFrom(Boolean.class);
	}

	/**
	 * Finds the types of a node.
	 * @param node the node
	 * @param target what stands before its dot
	 * @param scope what a name without anything before it is looked up in
	 */
	private Types visit(SpelNode node, Types target, Types scope) {
		if (node instanceof CompoundExpression) {
			Types result = target;
			for (int i = 0; i < node.getChildCount(); i++) {
				result = visit(node.getChild(i), result, scope);
			}
			return result;
		}
		if (node instanceof PropertyOrFieldReference property) {
			return property(property.getName(), target);
		}
		if (node instanceof MethodReference method) {
			visitAll(node, scope);
			return method(method.getName(), node.getChildCount(), target);
		}
		if (node instanceof Indexer) {
			if (!(node.getChild(0) instanceof PropertyOrFieldReference)) {
				visitAll(node, Types.ROOT);
			}
			return Types.UNKNOWN;
		}
		if (node instanceof Selection || node instanceof Projection) {
			visitAll(node, Types.UNKNOWN);
			return Types.UNKNOWN;
		}
		if (node instanceof Literal literal) {
			Object value = literal.getLiteralValue().getValue();
			return (value != null) ? Types.of(value.getClass()) : Types.UNKNOWN;
		}
		if (node instanceof BeanReference bean) {
			return bean(bean.getName());
		}
		if (node instanceof VariableReference) {
			return variable(node.toStringAST(), target);
		}
		return refused(node) ? Types.UNKNOWN : operator(node, scope);
	}

	private Types operator(SpelNode node, Types scope) {
		List<Types> children = visitAll(node, scope);
		if (YES_OR_NO.contains(node.getClass())) {
			return Types.of(Boolean.class);
		}
		if (node instanceof Operator) {
			return Types.of(Number.class);
		}
		if (node instanceof InlineList) {
			return Types.of(List.class);
		}
		if (node instanceof InlineMap) {
			return Types.of(Map.class);
		}
		if (node instanceof Ternary) {
			return Types.union(children.subList(1, children.size()));
		}
		return (node instanceof Elvis) ? Types.union(children) : Types.UNKNOWN;
	}

	private List<Types> visitAll(SpelNode node, Types scope) {
		List<Types> types = new ArrayList<>();
		for (int i = 0; i < node.getChildCount(); i++) {
			types.add(visit(node.getChild(i), scope, scope));
		}
		return types;
	}

	private boolean refused(SpelNode node) {
		if (node instanceof Assign || node instanceof OpInc || node instanceof OpDec) {
			report("'%s' assigns".formatted(node.toStringAST()), "Expressions only decide; keep state in a bean");
			return true;
		}
		if (node instanceof TypeReference) {
			report("'%s' names a type".formatted(node.toStringAST()),
					"Expressions have no types; call a bean, as in @policy.allows(event)");
			return true;
		}
		if (node instanceof ConstructorReference) {
			report("'%s' calls a constructor".formatted(node.toStringAST()),
					"Expressions have no constructors; call a bean, as in @policy.allows(event)");
			return true;
		}
		if (node instanceof FunctionReference) {
			report("'%s' is a function".formatted(node.toStringAST()),
					"Expressions have no functions; call a bean, as in @policy.allows(event)");
			return true;
		}
		return false;
	}

	private Types variable(String text, Types target) {
		if (text.equals("#root")) {
			return Types.ROOT;
		}
		if (text.equals("#this")) {
			return target;
		}
		report("there is no variable '%s'".formatted(text),
				"Write " + words() + ", without '#'; beans are named as in @policy");
		return Types.UNKNOWN;
	}

	private Types bean(String name) {
		if (!this.beanFactory.containsBean(name)) {
			report("there is no bean '%s'".formatted(name), "Name a bean of the application context");
			return Types.UNKNOWN;
		}
		Class<?> type = RouteScanner.typeOf(this.beanFactory, name);
		return (type != null) ? Types.of(ClassUtils.getUserClass(type)) : Types.UNKNOWN;
	}

	private Types property(String name, Types target) {
		if (target == Types.ROOT) {
			Types known = this.root.get(name);
			if (known == null) {
				report("there is no '%s'".formatted(name), "Write " + words() + "; beans are named as in @policy");
			}
			return (known != null) ? known : Types.UNKNOWN;
		}
		return member(target, "property '" + name + "'", (type) -> {
			Class<?> found = this.properties.typeOf(type, name);
			return (found != null) ? Optional.of(Types.of(found)) : Optional.empty();
		});
	}

	private Types method(String name, int arguments, Types target) {
		if (target == Types.ROOT) {
			report("there is no method '%s'".formatted(name),
					"Call it on " + words() + " or on a bean, as in @policy.allows(event)");
			return Types.UNKNOWN;
		}
		return member(target, "method '" + name + "' with " + arguments + " argument" + (arguments == 1 ? "" : "s"),
				(type) -> method(type, name, arguments));
	}

	private Optional<Types> method(Class<?> type, String name, int arguments) {
		List<Method> methods = Arrays.stream(type.getMethods())
			.filter((method) -> method.getName().equals(name))
			.filter((method) -> !Modifier.isStatic(method.getModifiers()))
			.filter((method) -> method.getDeclaringClass() != Object.class)
			.filter((method) -> method.getParameterCount() == arguments
					|| (method.isVarArgs() && arguments >= method.getParameterCount() - 1))
			.toList();
		if (methods.isEmpty()) {
			Method other = ReflectionUtils.findMethod(type, name, (Class<?>[]) null);
			if (other != null && other.getDeclaringClass() != Object.class
					&& !Modifier.isPublic(other.getModifiers())) {
				report("the method '%s' of %s is not public".formatted(name, type.getSimpleName()), "Make it public");
				return Optional.of(Types.UNKNOWN);
			}
			return Optional.empty();
		}
		if (methods.stream().allMatch((method) -> method.getReturnType() == void.class)) {
			report("the method '%s' of %s returns nothing".formatted(name, type.getSimpleName()),
					"Expressions only decide; they must neither block nor emit");
			return Optional.of(Types.UNKNOWN);
		}
		return Optional.of(new Types(methods.stream().map(Method::getReturnType).distinct().toList(), false));
	}

	private Types member(Types target, String member, Lookup lookup) {
		List<Types> found = new ArrayList<>();
		List<Class<?>> without = new ArrayList<>();
		for (Class<?> declared : target.classes()) {
			Class<?> type = ClassUtils.resolvePrimitiveIfNecessary(declared);
			Optional<Types> one = open(type) ? Optional.of(Types.UNKNOWN) : lookup.find(type);
			if (one.isPresent()) {
				found.add(one.get());
			}
			else if (isComplete(type, target.given()) || nobody(type, lookup)) {
				without.add(type);
			}
			else {
				found.add(Types.UNKNOWN);
			}
		}
		if (!without.isEmpty()) {
			String lacking = Arguments.names(without) + ((without.size() == 1) ? " has" : " have") + " no " + member;
			report(lacking, found.isEmpty() || !target.given() ? instead(without)
					: "Write what all events of the route have, or a route for each kind; " + instead(without));
		}
		return (found.isEmpty()) ? Types.UNKNOWN : Types.union(found);
	}

	private String instead(List<Class<?>> types) {
		return types.stream().limit(3).map((type) -> {
			List<String> names = this.properties.names(type);
			return names.isEmpty() ? type.getSimpleName() + " has no properties to ask for"
					: type.getSimpleName() + " has " + String.join(", ", names.subList(0, Math.min(12, names.size())));
		}).collect(Collectors.joining("; "));
	}

	private static boolean open(Class<?> type) {
		return type == Object.class || Map.class.isAssignableFrom(type) || type == Optional.class;
	}

	/**
	 * Whether what the type lacks is lacking for certain. An event of a class that may
	 * have subclasses is also of the class itself; other values need not be.
	 */
	private static boolean isComplete(Class<?> type, boolean given) {
		return Modifier.isFinal(type.getModifiers()) || WORDS.contains(type)
				|| (given && !type.isInterface() && !Modifier.isAbstract(type.getModifiers()));
	}

	/**
	 * Whether a sealed type permits only classes that are known to the end, and none of
	 * them has it.
	 */
	private static boolean nobody(Class<?> type, Lookup lookup) {
		if (!type.isSealed()) {
			return false;
		}
		for (Class<?> permitted : type.getPermittedSubclasses()) {
			boolean lacking = open(permitted) ? false
					: lookup.find(permitted).isEmpty() && (isComplete(permitted, false) || nobody(permitted, lookup));
			if (!lacking) {
				return false;
			}
		}
		return true;
	}

	private String words() {
		return this.root.keySet().stream().sorted().collect(Collectors.joining(", "));
	}

	private void report(String what, String instead) {
		this.place.report(this.attribute, what, instead);
	}

	/**
	 * What something can be.
	 *
	 * @param classes its declared types; none for not known
	 * @param given whether the classes are those of events, which can be of just them
	 */
	record Types(List<Class<?>> classes, boolean given) {

		static final Types UNKNOWN = new Types(List.of(), false);

		static final Types ROOT = new Types(List.of(), true);

		static Types of(Class<?> type) {
			return new Types(List.of(type), false);
		}

		static Types union(List<Types> alternatives) {
			if (alternatives.stream().anyMatch((types) -> types.classes().isEmpty())) {
				return UNKNOWN;
			}
			Set<Class<?>> classes = new LinkedHashSet<>();
			alternatives.forEach((types) -> classes.addAll(types.classes()));
			return new Types(List.copyOf(classes), alternatives.stream().anyMatch(Types::given));
		}

	}

	/**
	 * Looks a member up in a type.
	 */
	@FunctionalInterface
	private interface Lookup {

		Optional<Types> find(Class<?> type);

	}

}
