// The members of a JSON document as they are written: JSON.parse keeps the last of two with one name, and programs in Go, such as
// builders, read names in any case. Whoever judges what a builder will read has to look at all of them.

interface Member {
  /** Folded names from the top to this member; "" for an element of an array. The list is the walk's own. */
  path: readonly string[];
  /** As it is written. */
  name: string;
  /** Whether another member of the object has the name, in some case. */
  repeated: boolean;
  /** Where the value begins. */
  at: number;
}

/** The same for all names that Go's encoding/json takes for one: with the long s and the sign for kelvin. */
export function fold(name: string): string {
  return name.toUpperCase().toLowerCase();
}

/** Visits each member of a text that JSON.parse has accepted. */
export function walkMembers(text: string, visit: (member: Member) => void): void {
  const path: string[] = [];
  /** Names of each open object; undefined for an array. */
  const open: (Set<string> | undefined)[] = [];
  let isName = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === "{" || character === "[") {
      isName = character === "{";
      open.push(isName ? new Set() : undefined);
      path.push("");
    } else if (character === "}" || character === "]") {
      open.pop();
      path.pop();
    } else if (character === ",") {
      isName = open.at(-1) !== undefined;
    } else if (character === '"') {
      const end = endOfString(text, at);
      const names = open.at(-1);
      if (isName && names !== undefined) {
        const name = JSON.parse(text.slice(at, end + 1)) as string;
        const folded = fold(name);
        path[path.length - 1] = folded;
        const value = /[^\s:]/g;
        value.lastIndex = end + 1;
        visit({ path, name, repeated: names.has(folded), at: value.exec(text)?.index ?? text.length });
        names.add(folded);
        isName = false;
      }
      at = end;
    }
  }
}

/** Where the quote is that ends the string. */
function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === "\\" ? 2 : 1;
  return at;
}
