// js-yaml, which has no types of its own.

// eslint-disable-next-line @typescript-eslint/no-require-imports
const library = require("js-yaml") as { load(text: string): unknown };

export const load = (text: string): unknown => library.load(text);
