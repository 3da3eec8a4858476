package dev.edgewise.examples.voice;

import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;

import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

import org.springframework.stereotype.Component;

/**
 * The system behind the counter, which takes its time: as long as whoever runs it likes.
 */
@Component
class Theatre {

	private final Sinks.Many<Integer> answers = Sinks.many().multicast().directBestEffort();

	private final BlockingQueue<Boolean> payments = new LinkedBlockingQueue<>();

	private final List<String> ledger = new CopyOnWriteArrayList<>();

	Mono<Integer> book(int seats) {
		return this.answers.asFlux()
			.next()
			.doOnSubscribe((subscription) -> note("asked for " + seats))
			.doOnNext((row) -> note("booked row " + row))
			.doOnCancel(() -> note("nobody waits"));
	}

	void release(Object row) {
		note("released row " + row);
	}

	boolean charge(int amount) throws InterruptedException {
		note("charges " + amount);
		return this.payments.take();
	}

	/**
	 * Has whoever waits for a row told one.
	 */
	void answer(int row) {
		this.answers.tryEmitNext(row).orThrow();
	}

	/**
	 * Has the bank answer.
	 */
	void pay(boolean paid) {
		this.payments.add(paid);
	}

	List<String> ledger() {
		return this.ledger;
	}

	private void note(String entry) {
		this.ledger.add(entry);
	}

}
