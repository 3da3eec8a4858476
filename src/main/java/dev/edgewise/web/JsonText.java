package dev.edgewise.web;

/**
 * The text of a JSON string in UTF-8, measured and then written into a given array. A
 * lone half of a surrogate pair is escaped, so that two frames that share a pair join to
 * it again at the reader.
 */
final class JsonText {

	private static final byte[] HEX = { '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e',
			'f' };

	private JsonText() {
	}

	/**
	 * Measures the text between the quotes.
	 */
	static int length(String text) {
		int chars = text.length();
		int length = chars;
		for (int i = 0; i < chars; i++) {
			char c = text.charAt(i);
			if (c < 0x80) {
				if (c < 0x20) {
					length += (shortEscape(c) != 0) ? 1 : 5;
				}
				else if (c == '"' || c == '\\') {
					length++;
				}
			}
			else if (c < 0x800) {
				length++;
			}
			else if (!Character.isSurrogate(c)) {
				length += 2;
			}
			else if (isPair(text, i)) {
				length += 2;
				i++;
			}
			else {
				length += 5;
			}
		}
		return length;
	}

	/**
	 * Writes the text between the quotes.
	 * @return the position behind it
	 */
	static int put(byte[] target, int position, String text) {
		int chars = text.length();
		int at = position;
		for (int i = 0; i < chars; i++) {
			char c = text.charAt(i);
			if (c < 0x80) {
				if (c < 0x20) {
					byte escape = shortEscape(c);
					if (escape != 0) {
						target[at++] = '\\';
						target[at++] = escape;
					}
					else {
						at = putEscape(target, at, c);
					}
				}
				else {
					if (c == '"' || c == '\\') {
						target[at++] = '\\';
					}
					target[at++] = (byte) c;
				}
			}
			else if (c < 0x800) {
				target[at++] = (byte) (0xc0 | (c >> 6));
				target[at++] = (byte) (0x80 | (c & 0x3f));
			}
			else if (!Character.isSurrogate(c)) {
				target[at++] = (byte) (0xe0 | (c >> 12));
				target[at++] = (byte) (0x80 | ((c >> 6) & 0x3f));
				target[at++] = (byte) (0x80 | (c & 0x3f));
			}
			else if (isPair(text, i)) {
				int codePoint = Character.toCodePoint(c, text.charAt(++i));
				target[at++] = (byte) (0xf0 | (codePoint >> 18));
				target[at++] = (byte) (0x80 | ((codePoint >> 12) & 0x3f));
				target[at++] = (byte) (0x80 | ((codePoint >> 6) & 0x3f));
				target[at++] = (byte) (0x80 | (codePoint & 0x3f));
			}
			else {
				at = putEscape(target, at, c);
			}
		}
		return at;
	}

	private static boolean isPair(String text, int index) {
		return Character.isHighSurrogate(text.charAt(index)) && index + 1 < text.length()
				&& Character.isLowSurrogate(text.charAt(index + 1));
	}

	private static int putEscape(byte[] target, int position, char c) {
		int at = position;
		target[at++] = '\\';
		target[at++] = 'u';
		target[at++] = HEX[c >> 12];
		target[at++] = HEX[(c >> 8) & 0xf];
		target[at++] = HEX[(c >> 4) & 0xf];
		target[at++] = HEX[c & 0xf];
		return at;
	}

	private static byte shortEscape(char c) {
		return switch (c) {
			case '\b' -> 'b';
			case '\t' -> 't';
			case '\n' -> 'n';
			case '\f' -> 'f';
			case '\r' -> 'r';
			default -> 0;
		};
	}

}
