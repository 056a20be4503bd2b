// Masks secrets in lines that others wrote, whole or wrapped over several lines.

import { gaplessForms, shortestSecret, wholeForms } from "./secretForms";
import { readings } from "./wrapped";

/** Characters that a form has for one of a secret, such as &#0000038; or %252526. */
const longestForm = 12;

/** Begin and end in a line. */
type Span = readonly [begin: number, end: number];

/** A function that puts *** in the place of each secret in lines that follow each other. */
export function masker(secrets: Iterable<string>): (lines: readonly string[]) => string[] {
  const forms = [...new Set([...secrets].map((secret) => secret.trim()))]
    .filter((secret) => secret.length >= shortestSecret)
    .map((secret) => ({
      whole: wholeForms(secret),
      gapless: gaplessForms(secret),
      reach: longestForm * secret.length,
    }));
  if (forms.length === 0) return (lines) => [...lines];
  const reach = Math.max(...forms.map((form) => form.reach));
  return (lines) => {
    const found = lines.map((line) => forms.flatMap(({ whole }) => spansOf(whole, line)));
    for (const { text, places } of readings(lines, reach))
      for (const { form, extended } of forms.flatMap(({ gapless }) => gapless))
        for (const span of spansOf(form, text))
          for (const { line, begin, end } of places(...span))
            found[line]?.push(extended(lines[line] ?? "", begin, end));
    return lines.map((line, n) => masked(line, found[n] ?? []));
  };
}

function spansOf(form: RegExp | string, text: string): Span[] {
  if (typeof form !== "string")
    return Array.from(text.matchAll(form), (match): Span => [match.index, match.index + match[0].length]);
  const spans: Span[] = [];
  for (let at = text.indexOf(form); at >= 0; at = text.indexOf(form, at + form.length))
    spans.push([at, at + form.length]);
  return spans;
}

/** Spans that overlap become one. */
function masked(line: string, spans: Span[]): string {
  let safe = "";
  let done = 0;
  for (const [begin, end] of spans.sort((a, b) => a[0] - b[0] || b[1] - a[1])) {
    if (begin >= done) safe += `${line.slice(done, begin)}***`;
    done = Math.max(done, end);
  }
  return safe + line.slice(done);
}
