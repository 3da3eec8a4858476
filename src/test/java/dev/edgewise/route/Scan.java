package dev.edgewise.route;

import java.util.List;
import java.util.function.Consumer;

import dev.edgewise.route.InvalidRoutesException.Problem;
import org.jspecify.annotations.Nullable;

import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.util.StringUtils;

/**
 * An application context whose routes have been scanned and verified, as at a start.
 */
final class Scan implements AutoCloseable {

	private final AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext();

	private final RouteTable table;

	private final List<Problem> problems;

	private Scan(@Nullable String initialAgent, Consumer<GenericApplicationContext> beans) {
		this.context.registerBean(RouteScanner.class, () -> new RouteScanner(this.context.getBeanFactory(),
				() -> List.of("conversation", "immediate"), initialAgent, List.of()));
		this.context.registerBean(RouteTable.class, () -> this.context.getBean(RouteScanner.class).scan());
		beans.accept(this.context);
		this.context.refresh();
		this.table = this.context.getBean(RouteTable.class);
		this.problems = verify();
	}

	static Scan of(Consumer<GenericApplicationContext> beans) {
		return new Scan(null, beans);
	}

	static Scan withInitialAgent(String agent, Class<?>... beans) {
		return new Scan(agent, (context) -> register(context, beans));
	}

	static Scan of(Class<?>... beans) {
		return new Scan(null, (context) -> register(context, beans));
	}

	private static void register(GenericApplicationContext context, Class<?>... beans) {
		for (Class<?> bean : beans) {
			context.registerBean(uncapitalized(bean), bean);
		}
	}

	static Scan configuredBy(Class<?>... configurations) {
		return new Scan(null, (context) -> ((AnnotationConfigApplicationContext) context).register(configurations));
	}

	private static String uncapitalized(Class<?> bean) {
		return StringUtils.uncapitalize(bean.getSimpleName());
	}

	private List<Problem> verify() {
		try {
			this.context.getBean(RouteScanner.class).verify();
			return List.of();
		}
		catch (InvalidRoutesException ex) {
			return ex.problems();
		}
	}

	GenericApplicationContext context() {
		return this.context;
	}

	RouteTable table() {
		return this.table;
	}

	List<Problem> problems() {
		return this.problems;
	}

	CompiledRoute route(String id) {
		return this.table.routes()
			.stream()
			.filter((route) -> route.id().equals(id))
			.findFirst()
			.orElseThrow(() -> new AssertionError("no route " + id + " but " + this.problems + this.table.routes()));
	}

	@Override
	public void close() {
		this.context.close();
	}

}
