package dev.edgewise.route;

import org.jspecify.annotations.Nullable;

/**
 * Makes events of the objects of a library that nodes may produce as they are. Asked for
 * every item behind the route's own output functions, on the node's thread; must be fast.
 */
@FunctionalInterface
public interface ItemAdapter {

	/**
	 * Adapts an item.
	 * @param item what the node has produced
	 * @return what is emitted instead: the item itself if it is no business of this
	 * adapter, null for nothing
	 */
	@Nullable Object adapt(Object item);

}
