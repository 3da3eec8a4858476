package dev.edgewise.readme;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * What the README's box office books with.
 */
interface Theatre {

	/**
	 * Books seats.
	 * @param seats how many
	 * @return the row
	 */
	Mono<Integer> book(int seats);

	/**
	 * Gives seats back.
	 * @param row their row
	 */
	void cancel(@Nullable Object row);

}
