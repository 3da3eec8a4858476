package dev.edgewise.interruption;

/**
 * Counts words as people do, in scripts with spaces and without. Safe from any thread.
 */
public final class Words {

	private Words() {
	}

	/**
	 * How many words a text has. Punctuation, white space and emoji are none.
	 * @param text any text
	 */
	public static int count(String text) {
		return (int) java.util.Arrays.stream(text.split("[^\\p{L}\\p{N}]+")).filter((word) -> !word.isEmpty()).count();
	}

}
