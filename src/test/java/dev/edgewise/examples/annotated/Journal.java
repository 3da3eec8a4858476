package dev.edgewise.examples.annotated;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import org.springframework.stereotype.Component;

/**
 * What has happened in the kitchen.
 */
@Component
class Journal {

	private final List<String> notes = new CopyOnWriteArrayList<>();

	void note(String text) {
		this.notes.add(text);
	}

	List<String> notes() {
		return this.notes;
	}

}
