package dev.edgewise.session;

/**
 * What a tool has in the queue of its generation: its call, or its outcome.
 *
 * @param tool the tool
 * @param outcome whether it is the outcome
 */
record ToolItem(ToolRun tool, boolean outcome) {

	/**
	 * The event that it becomes. The writer's.
	 */
	Object event() {
		return this.outcome ? this.tool.result() : this.tool.call;
	}

	/**
	 * The event behind an item of a generation. The writer's.
	 */
	static Object eventOf(Object item) {
		return (item instanceof ToolItem of) ? of.event() : item;
	}

}
