package dev.edgewise.benchmark;

/**
 * A part of the report on performance: measures something, bounded in time and count, and
 * tells of it.
 */
interface Part {

	/**
	 * The heading of the part.
	 */
	String title();

	/**
	 * Measures, and writes what was found.
	 * @param page the report, behind the heading of this part
	 */
	void measure(Page page) throws Exception;

}
