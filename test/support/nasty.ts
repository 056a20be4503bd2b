// Strings made of what means something to Dockerfiles, shells, Go and JSON, and of anything else.

import * as fc from "fast-check";

const meaningful = [
  ...[
    "$",
    "${HOME}",
    "\\",
    '"',
    "'",
    "`",
    "$(id)",
    "<<EOF",
    "#",
    "# syntax=x",
    "\\n",
    " ",
    "=",
    ";",
    "|",
    "*",
  ],
  ...["[", "]", "{", "}", "RUN", "FROM x", "--from=build", "é", "\u{1f600}", "\u00a0", "%", "&&", ","],
  ...["<", "<<<", "'<", "~", "!", "&", ">", "(", ")", "?", "-n", "'\\''", "\\\\", "\\ ", "escape=`"],
];

/** With control characters too, which validation refuses. */
export const nastier = fc
  .array(fc.oneof(fc.constantFrom(...meaningful), fc.string({ unit: "binary", maxLength: 6 })), {
    maxLength: 8,
  })
  .map((parts) => parts.join(""));

/** What validation lets pass of them as a value. */
export const nasty = nastier.map((text) =>
  // eslint-disable-next-line no-control-regex -- these are what is refused
  text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, ""),
);
