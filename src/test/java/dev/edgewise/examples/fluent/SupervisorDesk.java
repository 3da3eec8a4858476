package dev.edgewise.examples.fluent;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import dev.edgewise.Interruption;

import org.springframework.stereotype.Component;

/**
 * Is told why the receptionist was cut off, each reason by a handler of its own.
 */
@Component
class SupervisorDesk {

	private final List<Interruption> callers = new CopyOnWriteArrayList<>();

	private final List<Interruption> handoffs = new CopyOnWriteArrayList<>();

	void callerSpoke(Interruption interruption) {
		this.callers.add(interruption);
	}

	void handedOver(Interruption interruption) {
		this.handoffs.add(interruption);
	}

	List<Interruption> callers() {
		return this.callers;
	}

	List<Interruption> handoffs() {
		return this.handoffs;
	}

}
