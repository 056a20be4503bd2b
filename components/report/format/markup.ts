import { printable } from "./text";

/** Text as HTML and SVG show it, in attributes too. */
export function escapeMarkup(text: string): string {
  return printable(text)
    .replace(/&/g, "&amp;")
    .replace(/</g, "&lt;")
    .replace(/>/g, "&gt;")
    .replace(/"/g, "&quot;")
    .replace(/'/g, "&#39;");
}
