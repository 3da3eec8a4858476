package dev.edgewise.route;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;

import dev.edgewise.Agent;
import dev.edgewise.Interruption;
import dev.edgewise.OnInterrupt;
import dev.edgewise.ReasoningNode;
import dev.edgewise.Route;
import dev.edgewise.RouteDefinition;
import dev.edgewise.RouteDefinition.Call;
import dev.edgewise.RouteDefinition.Condition;
import dev.edgewise.RouteDefinition.Filter;
import dev.edgewise.RouteDefinition.Handler;
import dev.edgewise.RouteDefinition.Node;
import dev.edgewise.RouteDefinition.Style;
import dev.edgewise.event.AgentHandoff;
import dev.edgewise.event.EmergencyStop;
import dev.edgewise.route.InvalidRoutesException.Problem;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;

import org.springframework.aop.framework.AopProxyUtils;
import org.springframework.aop.framework.autoproxy.AutoProxyUtils;
import org.springframework.aop.scope.ScopedProxyUtils;
import org.springframework.aop.support.AopUtils;
import org.springframework.beans.BeansException;
import org.springframework.beans.factory.BeanCreationException;
import org.springframework.beans.factory.BeanCurrentlyInCreationException;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.AbstractBeanDefinition;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.core.GenericTypeResolver;
import org.springframework.core.Ordered;
import org.springframework.core.ReactiveAdapter;
import org.springframework.core.ReactiveAdapterRegistry;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.core.annotation.AnnotationConfigurationException;
import org.springframework.core.annotation.OrderUtils;
import org.springframework.util.ClassUtils;
import org.springframework.util.ReflectionUtils;
import org.springframework.util.StringUtils;

/**
 * Finds the routes of a bean factory: {@link #scan} makes the table, {@link #verify} says
 * what is wrong once the beans exist.
 */
public final class RouteScanner {

	/*
	 * Two looks at the same beans, because neither alone is enough.
	 *
	 * The engine is made with the table, and a bean with routes may be given the engine
	 * (an agent that speaks up by itself publishes through Edgewise). So the first look
	 * must not create any such bean: it sees types only, as bean definitions tell them,
	 * and each route keeps the bean's name and asks for the instance when it is first
	 * called. Fluent beans are the exception. A RouteDefinition is a value, there is
	 * nothing to see before it exists; it is fetched in the first look, and one that is
	 * itself waiting for the engine is reported with the way out.
	 *
	 * What types do not tell is seen in the second look, when all singletons have been
	 * created: that a bean declared as an interface is an instance of a class with
	 * routes, which the first look has missed; and that it has become a proxy through
	 * which a method cannot be reached. Beans that do not exist by then, because they are
	 * lazy or of a shorter scope, are not created for it; a proxy around one of them that
	 * hides a method fails its generations.
	 *
	 * A scoped bean is two definitions, the proxy with the bean's name and the target
	 * with a prefix. The target has the type, the proxy is what is called.
	 *
	 * Nothing is thrown before the second look has ended, so that the first start tells
	 * all there is to mend. Until then the table leaves out what is not right; nobody is
	 * served by it, since the application does not start.
	 *
	 * A BeanPostProcessor that sees each bean as it is made (as for @Scheduled) was
	 * rejected: it knows instances, but only one by one, so the table would grow while
	 * the engine runs, and lazy beans would have no routes before something else asked
	 * for them. EventListenerMethodProcessor looks once, after all singletons, which is
	 * too late for an engine that is made with the table.
	 */

	private final ConfigurableListableBeanFactory beanFactory;

	private final Expressions expressions;

	private final ReactiveAdapterRegistry adapters = ReactiveAdapterRegistry.getSharedInstance();

	private final Map<String, Class<?>> types = new LinkedHashMap<>();

	private final Set<String> fluent = new LinkedHashSet<>();

	private final List<Draft> drafts = new ArrayList<>();

	private final List<HandlerMethod> handlers = new ArrayList<>();

	private final List<Called> called = new ArrayList<>();

	private final List<Place> places = new ArrayList<>();

	private final Supplier<List<String>> policies;

	private final Agents agents;

	private final List<ItemAdapter> items;

	/**
	 * Creates the scanner.
	 * @param beanFactory the beans
	 * @param policies the names of the policies that routes may name, asked for once one
	 * does
	 * @param initialAgent the agent that sessions begin with, whatever beans say; null
	 * for what they say
	 * @param items what makes events of items
	 */
	public RouteScanner(ConfigurableListableBeanFactory beanFactory, Supplier<List<String>> policies,
			@Nullable String initialAgent, List<ItemAdapter> items) {
		this.beanFactory = beanFactory;
		this.policies = policies;
		this.agents = new Agents(initialAgent);
		this.items = List.copyOf(items);
		this.expressions = new Expressions(beanFactory);
	}

	/**
	 * Makes the table from the types of beans, without what is wrong. Called once.
	 */
	public RouteTable scan() {
		names().forEach(this::look);
		this.drafts.sort(null);
		EventNames eventNames = new EventNames();
		this.drafts.forEach((draft) -> draft.check(this.expressions, eventNames, this.policies));
		checkIds();
		this.handlers.sort(null);
		this.handlers.forEach(this::attach);
		List<CompiledRoute> routes = new ArrayList<>();
		for (Draft draft : this.drafts) {
			if (draft.place().isClean()) {
				routes.add(draft.compile(routes.size(), this.items));
			}
		}
		return new RouteTable(routes, eventNames.toEventTypes(), this.agents.initial(routes, place(Agents.property())));
	}

	/**
	 * Checks the beans themselves. To be called when the singletons have been created.
	 * @throws InvalidRoutesException with all that is wrong, if anything is
	 */
	public void verify() {
		for (Called one : this.called) {
			Object bean = existing(one.bean());
			if (bean != null) {
				one.method().verify(bean, one.place());
			}
		}
		names().forEach(this::checkUnseen);
		List<Problem> problems = this.places.stream()
			.sorted()
			.flatMap((place) -> place.problems().stream())
			.distinct()
			.toList();
		if (!problems.isEmpty()) {
			throw new InvalidRoutesException(problems);
		}
	}

	private Collection<String> names() {
		Set<String> names = new LinkedHashSet<>();
		this.beanFactory.getBeanNamesIterator().forEachRemaining(names::add);
		names.removeIf((name) -> ScopedProxyUtils.isScopedTarget(name) || (this.beanFactory.containsBeanDefinition(name)
				&& this.beanFactory.getMergedBeanDefinition(name).isAbstract()));
		return names;
	}

	private void look(String name) {
		Class<?> type = typeOf(name);
		if (type == null) {
			return;
		}
		this.types.put(name, type);
		if (type == RouteDefinition.class) {
			fluent(name);
			return;
		}
		Annotated annotated = Annotated.of(type);
		NodeBean bean = new NodeBean(this.beanFactory, name);
		Agent agent = annotated.hasRoutes() ? Agents.of(type) : null;
		if (agent != null) {
			this.agents.add(agent, place(Place.of(name)));
		}
		if (annotated.onType()) {
			node(bean, type, annotated);
		}
		annotated.routes().forEach((method) -> route(bean, type, method));
		annotated.handlers().forEach((method) -> handler(bean, type, method));
	}

	private @Nullable Class<?> typeOf(String name) {
		if (exists(name)) {
			Object bean = this.beanFactory.getSingleton(name);
			return (bean != null) ? classOf(bean) : null;
		}
		String definition = definitionOf(name);
		if (this.beanFactory.containsBeanDefinition(definition) && this.beanFactory.getMergedBeanDefinition(definition)
			.getAttribute(AutoProxyUtils.ORIGINAL_TARGET_CLASS_ATTRIBUTE) instanceof Class<?> original) {
			return original;
		}
		Class<?> type = typeOf(this.beanFactory, definition);
		return (type != null) ? ClassUtils.getUserClass(type) : null;
	}

	/**
	 * The type of a bean that need not exist; null if it cannot be told. A definition
	 * that is broken is no business of ours: it fails when the bean is created, if ever.
	 */
	static @Nullable Class<?> typeOf(BeanFactory beanFactory, String name) {
		try {
			return beanFactory.getType(name, false);
		}
		catch (BeansException | LinkageError ex) {
			return null;
		}
	}

	private boolean exists(String name) {
		return this.beanFactory.containsSingleton(name) && !this.beanFactory.isFactoryBean(name);
	}

	private String definitionOf(String name) {
		String target = ScopedProxyUtils.getTargetBeanName(name);
		return this.beanFactory.containsBeanDefinition(target) ? target : name;
	}

	private static Class<?> classOf(Object bean) {
		return ClassUtils.getUserClass(AopProxyUtils.ultimateTargetClass(bean));
	}

	private Place place(Place place) {
		this.places.add(place);
		return place;
	}

	private void fluent(String name) {
		Place place = place(Place.of(name));
		try {
			RouteDefinition definition = this.beanFactory.getBean(name, RouteDefinition.class);
			String id = StringUtils.hasText(definition.id()) ? definition.id() : name;
			this.fluent.add(name);
			if (definition.agent() != null) {
				Agents.check(definition.agent(), "agent", place);
			}
			this.drafts.add(new Draft(id, definition, orderOf(name), place));
		}
		catch (BeanCreationException ex) {
			if (!ex.contains(BeanCurrentlyInCreationException.class)) {
				throw ex;
			}
			this.fluent.add(name);
			place.report("bean", "it is needed to create what it needs itself: all routes are known before Edgewise is",
					"Inject ObjectProvider<Edgewise> into its node instead of Edgewise");
		}
	}

	private void node(NodeBean bean, Class<?> type, Annotated annotated) {
		Place place = place(Place.of(bean.name()));
		Route route = read(() -> AnnotatedElementUtils.findMergedAnnotation(type, Route.class), place);
		if (route == null) {
			return;
		}
		if (!ReasoningNode.class.isAssignableFrom(type)) {
			place.report("@Route", "the class %s is a route but no ReasoningNode".formatted(type.getSimpleName()),
					"Implement ReasoningNode, or move @Route to a method");
			return;
		}
		Call call = (generation, previous) -> ((ReasoningNode) bean.get()).processContext(generation.conversation());
		Node node = new Node(Style.REACTIVE, call, bean.name() + ".processContext");
		String id = StringUtils.hasText(route.id()) ? route.id() : bean.name();
		this.drafts.add(new Draft(id,
				definition(id, route, onInterruptGenerate(bean, type, annotated), node, Agents.nameOf(type)),
				orderOf(bean.name()), place));
	}

	private static List<Handler> onInterruptGenerate(NodeBean bean, Class<?> type, Annotated annotated) {
		Method method = ReflectionUtils.findMethod(type, "onInterruptGenerate", Interruption.class);
		if (method == null || annotated.handlers().contains(method)
				|| (method.getDeclaringClass() == ReasoningNode.class && !type.isInterface())) {
			return List.of();
		}
		return List.of(new Handler(List.of(), (interruption, session) -> {
			((ReasoningNode) bean.get()).onInterruptGenerate(interruption);
			return null;
		}, orderOf(method), bean.name() + ".onInterruptGenerate"));
	}

	private void route(NodeBean bean, Class<?> type, Method method) {
		Place place = place(Place.of(bean.name(), method));
		Route route = read(() -> AnnotatedElementUtils.findMergedAnnotation(method, Route.class), place);
		if (route == null) {
			return;
		}
		BeanMethod target = called(bean, method, place);
		Arguments.OfNode[] arguments = Arguments.ofNode(method, type, List.of(route.on()), place);
		Call call = (generation, previous) -> target.invoke(Arguments.resolve(arguments, generation, previous));
		Node node = new Node(styleOf(GenericTypeResolver.resolveReturnType(method, type)), call, target.description());
		String id = StringUtils.hasText(route.id()) ? route.id() : target.description();
		Integer order = OrderUtils.getOrder(method);
		this.drafts.add(new Draft(id, definition(id, route, List.of(), node, Agents.nameOf(type)),
				(order != null) ? order : orderOf(bean.name()), place));
	}

	private static @Nullable Route read(Supplier<@Nullable Route> annotation, Place place) {
		try {
			return annotation.get();
		}
		catch (AnnotationConfigurationException ex) {
			place.report("@Route", String.valueOf(ex.getMessage()), "Write 'on' or 'value', not both");
			return null;
		}
	}

	private static RouteDefinition definition(String id, Route route, List<Handler> handlers, Node node,
			@Nullable String agent) {
		return new RouteDefinition(id, List.of(route.on()),
				StringUtils.hasText(route.filter()) ? new Filter.Expression(route.filter()) : null,
				List.of(route.interruptOn()),
				StringUtils.hasText(route.condition()) ? new Condition.Expression(route.condition()) : null,
				route.overlap(), route.maxConcurrency(), handlers, node, (item) -> item,
				StringUtils.hasText(route.policy()) ? route.policy() : null, route.interruptible(), agent);
	}

	private Style styleOf(Class<?> result) {
		if (this.adapters.getAdapter(result) != null) {
			return Style.REACTIVE;
		}
		return (result == Object.class) ? Style.UNDECLARED : Style.BLOCKING;
	}

	private BeanMethod called(NodeBean bean, Method method, Place place) {
		if (Modifier.isStatic(method.getModifiers())) {
			place.report("method", "it is static", "Remove 'static'");
		}
		if (Modifier.isPrivate(method.getModifiers())) {
			place.report("method", "it is private, so no proxy of the bean could pass the call on", "Remove 'private'");
		}
		BeanMethod target = new BeanMethod(bean, method);
		this.called.add(new Called(bean.name(), target, place));
		return target;
	}

	private void handler(NodeBean bean, Class<?> type, Method method) {
		Place place = place(Place.of(bean.name(), method));
		OnInterrupt annotation = AnnotatedElementUtils.findMergedAnnotation(method, OnInterrupt.class);
		if (annotation != null) {
			this.handlers.add(new HandlerMethod(called(bean, method, place), type, List.of(annotation.value()),
					List.of(annotation.routes()), place));
		}
	}

	private void checkIds() {
		Map<String, Draft> byId = new LinkedHashMap<>();
		for (Draft draft : this.drafts) {
			Draft other = byId.putIfAbsent(draft.id(), draft);
			if (other != null) {
				draft.place()
					.report("id", "'%s' is also the id of %s".formatted(draft.id(), other.place()),
							"Give one of them another 'id'");
			}
		}
	}

	private void attach(HandlerMethod handler) {
		List<Draft> routes = new ArrayList<>();
		if (handler.routes().isEmpty()) {
			this.drafts.stream().filter((draft) -> isOf(draft, handler.place().bean())).forEach(routes::add);
			if (routes.isEmpty() && knowsNoRouteOf(handler.place().bean())) {
				handler.place()
					.report("routes", "the bean has no route, so nothing would ever call it",
							"Name the ids of its routes; there are " + ids());
			}
		}
		for (String id : handler.routes()) {
			List<Draft> named = this.drafts.stream().filter((draft) -> draft.id().equals(id)).toList();
			if (named.isEmpty()) {
				handler.place()
					.report("routes", "there is no route '%s'".formatted(id), "Name one of them; there are " + ids());
			}
			routes.addAll(named);
		}
		Draft.checkEvents("value", handler.causes(), handler.place());
		Handler action = action(handler, causesOf(handler, routes));
		if (handler.place().isClean()) {
			routes.stream().distinct().forEach((draft) -> draft.add(action));
		}
	}

	private boolean isOf(Draft draft, String bean) {
		return draft.place().bean().equals(bean) && !this.fluent.contains(bean);
	}

	private boolean knowsNoRouteOf(String bean) {
		Annotated annotated = Annotated.of(this.types.get(bean));
		return !annotated.hasRoutes();
	}

	private String ids() {
		return (this.drafts.isEmpty()) ? "none" : String.join(", ", this.drafts.stream().map(Draft::id).toList());
	}

	private static List<Class<?>> causesOf(HandlerMethod handler, List<Draft> routes) {
		if (!handler.causes().isEmpty()) {
			return handler.causes();
		}
		if (routes.isEmpty()) {
			return List.of();
		}
		Stream<Class<?>> named = routes.stream()
			.map(Draft::definition)
			.flatMap((route) -> Stream.concat(route.interruptOn().stream(), route.on().stream()));
		boolean replaceable = routes.stream().anyMatch((draft) -> draft.definition().agent() != null);
		Stream<Class<?>> always = replaceable ? Stream.of(EmergencyStop.class, AgentHandoff.class)
				: Stream.of(EmergencyStop.class);
		return Stream.concat(named, always).distinct().toList();
	}

	private Handler action(HandlerMethod handler, List<Class<?>> causes) {
		BeanMethod target = handler.method();
		Method method = target.method();
		Arguments.OfHandler[] arguments = Arguments.ofHandler(method, handler.type(), causes, handler.place());
		ReactiveAdapter adapter = this.adapters
			.getAdapter(GenericTypeResolver.resolveReturnType(method, handler.type()));
		return new Handler(handler.causes(), (interruption, session) -> {
			Object result = target.invoke(Arguments.resolve(arguments, interruption, session));
			return (adapter != null && result != null && !(result instanceof Publisher)) ? adapter.toPublisher(result)
					: result;
		}, orderOf(method), target.description());
	}

	private static int orderOf(Method method) {
		Integer order = OrderUtils.getOrder(method);
		return (order != null) ? order : Ordered.LOWEST_PRECEDENCE;
	}

	private int orderOf(String name) {
		String definitionName = definitionOf(name);
		if (this.beanFactory.containsBeanDefinition(definitionName)) {
			BeanDefinition definition = this.beanFactory.getMergedBeanDefinition(definitionName);
			if (definition.getAttribute(AbstractBeanDefinition.ORDER_ATTRIBUTE) instanceof Integer order) {
				return order;
			}
			Method factoryMethod = (definition instanceof RootBeanDefinition root) ? root.getResolvedFactoryMethod()
					: null;
			Integer order = (factoryMethod != null) ? OrderUtils.getOrder(factoryMethod) : null;
			if (order != null) {
				return order;
			}
		}
		Class<?> type = this.types.get(name);
		return (type != null) ? OrderUtils.getOrder(type, Ordered.LOWEST_PRECEDENCE) : Ordered.LOWEST_PRECEDENCE;
	}

	private @Nullable Object existing(String name) {
		if (!definitionOf(name).equals(name)) {
			return this.beanFactory.getBean(name);
		}
		return exists(name) ? this.beanFactory.getSingleton(name) : null;
	}

	private void checkUnseen(String name) {
		if (!definitionOf(name).equals(name)) {
			return;
		}
		Object bean = existing(name);
		Class<?> actual = (bean != null) ? classOf(bean) : typeOf(this.beanFactory, name);
		Class<?> seen = this.types.get(name);
		if (actual == null || actual == seen || this.fluent.contains(name)) {
			return;
		}
		Set<String> unseen = (actual == RouteDefinition.class) ? Set.of("a RouteDefinition")
				: unseen(ClassUtils.getUserClass(actual), seen);
		if (!unseen.isEmpty()) {
			place(Place.of(name)).report("bean",
					"its routes cannot be seen before it is created (%s), since it is declared as %s".formatted(
							String.join(", ", unseen), (seen != null) ? seen.getSimpleName() : "something unknown"),
					AopUtils.isJdkDynamicProxy(bean)
							? "Put the annotation on a method of one of its interfaces, or let the bean be proxied by its class (proxyTargetClass = true)"
							: "Declare the bean method's result as " + actual.getSimpleName());
		}
	}

	private static Set<String> unseen(Class<?> actual, @Nullable Class<?> seen) {
		Annotated annotated = Annotated.of(actual);
		Set<String> unseen = annotated.without(Annotated.of(seen));
		if (annotated.hasRoutes() && !Objects.equals(Agents.nameOf(actual), Agents.nameOf(seen))) {
			unseen.add("@Agent of the class");
		}
		return unseen;
	}

	/**
	 * A method that is called on a bean.
	 */
	private record Called(String bean, BeanMethod method, Place place) {
	}

	/**
	 * A method that is called after interruptions.
	 */
	private record HandlerMethod(BeanMethod method, Class<?> type, List<Class<?>> causes, List<String> routes,
			Place place) implements Comparable<HandlerMethod> {

		@Override
		public int compareTo(HandlerMethod other) {
			return this.place.compareTo(other.place);
		}

	}

}
