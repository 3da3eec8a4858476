package dev.edgewise.autoconfigure;

import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.BindContext;
import org.springframework.boot.context.properties.bind.BindHandler;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.IterableConfigurationPropertySource;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.env.Environment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

/**
 * Fails the start of an application that sets a key under {@code edgewise} which nobody
 * reads. Known is what any properties bean under that prefix binds, the application's own
 * included. {@code ignoreUnknownFields = false} would reject each other's keys, and would
 * not look at environment variables and system properties at all.
 */
final class UnknownKeyCheck implements BeanFactoryPostProcessor {

	private static final ConfigurationPropertyName PREFIX = ConfigurationPropertyName.of("edgewise");

	/**
	 * What Kubernetes sets in every container beside a service named edgewise or
	 * edgewise-something.
	 */
	private static final Pattern SERVICE_LINK = Pattern
		.compile("edgewise(\\..+)?\\.(service\\.(host|port(\\..+)?)|port(\\[\\d+]\\.(tcp|udp|sctp)(\\..+)?)?)");

	private final Environment environment;

	UnknownKeyCheck(Environment environment) {
		this.environment = environment;
	}

	@Override
	public void postProcessBeanFactory(ConfigurableListableBeanFactory beanFactory) {
		BoundNames known = new BoundNames();
		for (String bean : beanFactory.getBeanDefinitionNames()) {
			ConfigurationProperties annotation = beanFactory.findAnnotationOnBean(bean, ConfigurationProperties.class,
					false);
			Class<?> type = beanFactory.getType(bean, false);
			if (annotation != null && type != null) {
				bind(ConfigurationPropertyName.of(prefix(annotation)), type, known);
			}
		}
		SortedSet<ConfigurationProperty> unknown = new TreeSet<>();
		for (ConfigurationPropertySource source : ConfigurationPropertySources.get(this.environment)) {
			if (source instanceof IterableConfigurationPropertySource iterable) {
				collect(iterable, known, unknown);
			}
		}
		if (!unknown.isEmpty()) {
			throw new UnknownKeysException(unknown, known.names);
		}
	}

	private static String prefix(ConfigurationProperties annotation) {
		return MergedAnnotations.from(annotation).get(ConfigurationProperties.class).getString("prefix");
	}

	private void bind(ConfigurationPropertyName prefix, Class<?> type, BoundNames known) {
		if (PREFIX.equals(prefix) || PREFIX.isAncestorOf(prefix)) {
			Binder.get(this.environment).bind(prefix, Bindable.of(type), known);
		}
	}

	private static void collect(IterableConfigurationPropertySource source, BoundNames known,
			Set<ConfigurationProperty> unknown) {
		boolean variables = source.getUnderlyingSource() instanceof SystemEnvironmentPropertySource;
		for (ConfigurationPropertyName name : source) {
			if (PREFIX.isAncestorOf(name) && !(variables ? known.containsVariable(name) : known.contains(name))) {
				ConfigurationProperty property = source.getConfigurationProperty(name);
				if (property != null) {
					unknown.add(property);
				}
			}
		}
	}

	/**
	 * The names that bindings have asked for. What goes wrong in them is left to the real
	 * binding to tell.
	 */
	private static final class BoundNames implements BindHandler {

		private final Set<ConfigurationPropertyName> names = new HashSet<>();

		private final Set<String> variables = new HashSet<>();

		private final Set<ConfigurationPropertyName> lists = new HashSet<>();

		private final Set<String> listVariables = new HashSet<>();

		@Override
		public <T> Bindable<T> onStart(ConfigurationPropertyName name, Bindable<T> target, BindContext context) {
			this.names.add(name);
			this.variables.add(squeezed(name));
			if (target.getType().isArray() || Collection.class.isAssignableFrom(target.getType().toClass())) {
				this.lists.add(name);
				this.listVariables.add(squeezed(name));
			}
			return target;
		}

		@Override
		public @Nullable Object onFailure(ConfigurationPropertyName name, Bindable<?> target, BindContext context,
				Exception error) {
			return null;
		}

		boolean contains(ConfigurationPropertyName name) {
			return this.names.contains(name) || (isElement(name) && this.lists.contains(name.getParent()));
		}

		// EDGEWISE_SESSION_IDLETIMEOUT and EDGEWISE_SESSION_IDLE_TIMEOUT both bind
		boolean containsVariable(ConfigurationPropertyName name) {
			return this.variables.contains(squeezed(name))
					|| (isElement(name) && this.listVariables.contains(squeezed(name.getParent())))
					|| SERVICE_LINK.matcher(name.toString()).matches();
		}

		/**
		 * Of a list that a source of higher precedence replaces as a whole, nobody asks
		 * for the elements that the other one does not have.
		 */
		private static boolean isElement(ConfigurationPropertyName name) {
			return name.isNumericIndex(name.getNumberOfElements() - 1);
		}

		private static String squeezed(ConfigurationPropertyName name) {
			return name.toString().replace(".", "").replace("-", "");
		}

	}

}
