// Long instructions on several lines, as a person writes them.

/** Characters of a line, unless a single word has more. */
const width = 120;

/** What follows a line that is not the last one of its instruction. */
const continued = " \\";

/** How far the lines of an instruction after its first are indented. */
const indentation = "    ";

interface Filling {
  /** Stands before the first word. */
  start?: string;
  /** Stands before the first word of later lines. */
  more?: string;
  /** Follows the last word. */
  end?: string;
  /** Whether the words are a whole instruction, of which `start` has the keyword. */
  isWhole?: boolean;
}

/** Words side by side, on as few lines as hold them. */
export function filled(
  words: readonly string[],
  { start = "", more = "", end = "", isWhole = false }: Filling = {},
): string[] {
  const lines: string[] = [];
  let line = start;
  let isEmpty = true;
  for (const [n, word] of words.entries()) {
    const isLast = n === words.length - 1;
    const text = isLast ? `${word}${end}` : word;
    const margin = isWhole && lines.length === 0 ? 0 : indentation.length;
    const longest = width - margin - (isWhole && isLast ? 0 : continued.length);
    // Some readers take one backslash after another for something else than BuildKit does.
    const mayEnd = !isEmpty && !line.endsWith("\\");
    if (mayEnd && line.length + 1 + text.length > longest) {
      // A line that begins so would be a comment.
      if (text.startsWith("#")) throw new Error("a word that begins a line begins with #");
      lines.push(line);
      line = more;
      isEmpty = true;
    }
    line = isEmpty ? `${line}${text}` : `${line} ${text}`;
    isEmpty = false;
  }
  return [...lines, line];
}

/** The lines of an instruction, joined with backslashes; those that begin with # are comments, which end without one. */
export function joinedLines([first = "", ...others]: readonly string[]): string {
  const lines = [first, ...others.map((line) => `${indentation}${line}`)];
  const isComment = (line: string, n: number) => n > 0 && line.trimStart().startsWith("#");
  return lines
    .map((line, n) => {
      const isLast = n === lines.length - 1;
      if (isLast && isComment(line, n)) throw new Error(`an instruction that ends with a comment: ${line}`);
      return isLast || isComment(line, n) ? line : `${line}${continued}`;
    })
    .join("\n");
}
