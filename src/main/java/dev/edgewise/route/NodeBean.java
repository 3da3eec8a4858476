package dev.edgewise.route;

import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanFactory;

/**
 * A bean with routes, fetched when it is first called: a bean may have routes and be
 * given what needs all routes. One that is not a singleton is fetched for each call.
 */
final class NodeBean {

	private final BeanFactory beanFactory;

	private final String name;

	private volatile @Nullable Object singleton;

	NodeBean(BeanFactory beanFactory, String name) {
		this.beanFactory = beanFactory;
		this.name = name;
	}

	String name() {
		return this.name;
	}

	Object get() {
		Object known = this.singleton;
		if (known != null) {
			return known;
		}
		Object bean = this.beanFactory.getBean(this.name);
		if (this.beanFactory.isSingleton(this.name)) {
			this.singleton = bean;
		}
		return bean;
	}

}
