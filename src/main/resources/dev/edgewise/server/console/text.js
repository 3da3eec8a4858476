/** How text is cut into what is spoken at once, and how what was spoken is found in it again. */

const END_OF_SENTENCE = /(?:[.!?…]+["'”’»)\]]*(?=\s)|[。！？]+["'”’»)\]]*|\n)\s*/gu;
const LONG = 240;

/**
 * How many characters can be spoken at once from the start of a text that may go on: one sentence, or of a long one what
 * ends with a clause; 0 if it is too early to say.
 */
export function sentenceLength(text, complete) {
  END_OF_SENTENCE.lastIndex = 0;
  const end = END_OF_SENTENCE.exec(text);
  const length = end ? end.index + end[0].length : complete ? text.length : 0;
  if ((length || text.length) <= LONG) {
    return length;
  }
  const clause = Math.max(...[", ", "; ", ": ", " – "].map((mark) => text.lastIndexOf(mark, LONG)));
  const space = text.lastIndexOf(" ", LONG);
  return clause > 0 ? clause + 2 : space > 0 ? space + 1 : LONG;
}

/** How many characters a number of words has from the start of a text, with the white space behind them. */
export function wordsLength(text, words) {
  const found = text.match(new RegExp(`^(?:\\s*\\S+){1,${Math.max(1, words)}}\\s*`, "u"));
  return found ? found[0].length : 0;
}

export function countWords(text) {
  return text.match(/\S+/gu)?.length ?? 0;
}

/**
 * Finds where words that were spoken end in a text.
 * @returns the offset behind them; -1 if these are not the next words
 */
export function advance(text, from, said) {
  const sound = /[\p{L}\p{N}]/u;
  const heard = [...said.toLowerCase()].filter((character) => sound.test(character));
  let at = from;
  for (const expected of heard) {
    while (at < text.length && !sound.test(String.fromCodePoint(text.codePointAt(at)))) {
      at += String.fromCodePoint(text.codePointAt(at)).length;
    }
    const found = at < text.length ? String.fromCodePoint(text.codePointAt(at)) : "";
    if (found.toLowerCase() !== expected) {
      return -1;
    }
    at += found.length;
  }
  const punctuation = text.slice(at).match(/^[^\p{L}\p{N}\s]+/u);
  return heard.length === 0 ? from : at + (punctuation?.[0].length ?? 0);
}
