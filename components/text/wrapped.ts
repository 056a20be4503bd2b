// Reads lines as the one text that was wrapped, at whatever column: without white space and line ends, and without what a log puts
// before each line, such as BuildKit's "#12 0.345 ".

import { gaps } from "./secretForms";

/** A text, and where in the lines it stands. */
export interface Reading {
  text: string;
  /** Where a part of the text stands, from line to line. */
  places: (begin: number, end: number) => Place[];
}

interface Place {
  line: number;
  begin: number;
  end: number;
}

/** Words that a log may put before each line: a time, a level, a name. */
const mostWords = 5;

/** What is read at both ends of a longer line, more than is shown of it. */
const longestEnd = 4096;

/**
 * One reading for each number of words that may come before each line. `reach` is the length that the parts of a text may
 * have: from line to line, no more than that is read at the ends of each, so that long lines do not take long.
 */
export function readings(lines: readonly string[], reach: number): Reading[] {
  const all = [readingOf(lines, 0, Math.max(reach, longestEnd))];
  if (lines.length > 1)
    for (let words = 1; words <= mostWords; words++) all.push(readingOf(lines, words, reach));
  return all.filter(({ text }) => text !== "");
}

/** A piece of a line that the text has at `at`. */
interface Piece {
  at: number;
  line: number;
  column: number;
}

function readingOf(lines: readonly string[], words: number, longest: number): Reading {
  const before = new RegExp(`^\\s*(?:\\S+\\s+){${words}}`);
  const pieces: Piece[] = [];
  const texts: string[] = [];
  let length = 0;
  const keep = (line: number, column: number, text: string) => {
    if (text === "") return;
    pieces.push({ at: length, line, column });
    texts.push(text);
    length += text.length;
  };
  const read = (line: number, column: number, text: string) => {
    let done = 0;
    for (const { index, 0: gap } of text.matchAll(gaps)) {
      keep(line, column + done, text.slice(done, index));
      done = index + gap.length;
    }
    keep(line, column + done, text.slice(done));
  };
  lines.forEach((line, n) => {
    const begin = before.exec(line)?.[0].length;
    if (begin === undefined) return;
    if (line.length - begin <= 2 * longest) return read(n, begin, line.slice(begin));
    read(n, begin, line.slice(begin, begin + longest));
    read(n, line.length - longest, line.slice(-longest));
  });
  return { text: texts.join(""), places: (begin, end) => placesIn(pieces, begin, end) };
}

function placesIn(pieces: readonly Piece[], begin: number, end: number): Place[] {
  const places: Place[] = [];
  for (let n = pieceAt(pieces, begin); n < pieces.length; n++) {
    const { at, line, column } = pieces[n] as Piece;
    if (at >= end) break;
    const next = pieces[n + 1]?.at ?? Infinity;
    const place = { line, begin: column + Math.max(begin - at, 0), end: column + Math.min(end, next) - at };
    const last = places.at(-1);
    // A gap within a line belongs to what it parts.
    if (last?.line === line) last.end = place.end;
    else places.push(place);
  }
  return places;
}

/** The last piece that begins at that place or before it. */
function pieceAt(pieces: readonly Piece[], place: number): number {
  let [low, high] = [0, pieces.length - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((pieces[middle]?.at ?? 0) <= place) low = middle;
    else high = middle - 1;
  }
  return low;
}
