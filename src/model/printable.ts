// Words that somebody else has chosen, as a terminal may be given them.

/** Control characters, and those that turn the direction of what follows: names and sentences from elsewhere may hold anything. */
const unprintable = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;

/** The text with each such character written out, `\u{1b}`. */
export function printable(text: string): string {
  return text.replace(unprintable, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);
}
