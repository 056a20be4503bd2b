// Words in one text, as -ldflags has them (cmd/internal/quoted): split at spaces; a word may be in quotes, and there are no escapes.

/** The words of a text; undefined where a quote does not end. A word that begins with a quote goes to the next one of its kind. */
export function splitQuoted(text: string): string[] | undefined {
  const words: string[] = [];
  for (let at = 0; at < text.length;) {
    const character = text[at] ?? "";
    if (isSpace(character)) {
      at++;
    } else if (character === "'" || character === '"') {
      const end = text.indexOf(character, at + 1);
      if (end < 0) return undefined;
      words.push(text.slice(at + 1, end));
      at = end + 1;
    } else {
      let end = at;
      while (end < text.length && !isSpace(text[end] ?? "")) end++;
      words.push(text.slice(at, end));
      at = end;
    }
  }
  return words;
}

/** True for a word that no text can have: it needs quotes and has both kinds. */
export function isUnquotable(word: string): boolean {
  return mustBeQuoted(word) && word.includes("'") && word.includes('"');
}

/** The words as one text. */
export function joinedWords(words: readonly string[]): string {
  return words.map((word) => (mustBeQuoted(word) ? quoted(word) : word)).join(" ");
}

const isSpace = (character: string): boolean => /[ \t\r\n]/.test(character);
const mustBeQuoted = (word: string): boolean => word === "" || /^['"]|[ \t\r\n]/.test(word);

function quoted(word: string): string {
  return word.includes("'") ? `"${word}"` : `'${word}'`;
}
