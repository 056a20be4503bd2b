// Go's string literals, as they are in import lines and //go:embed lines (https://go.dev/ref/spec#String_literals).

const controls: Record<string, string> = {
  a: "\x07",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
};

/** The value of "..." or `...`; other text is returned as it is. */
export function unquote(text: string): string {
  if (/^`[^]*`$/.test(text)) return text.slice(1, -1).replaceAll("\r", "");
  if (!/^"[^]*"$/.test(text)) return text;
  const escapes = /\\(?:([0-7]{3})|x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|([^]))|[^\\]+/g;
  // Octal and hexadecimal escapes are bytes of UTF-8, of which a letter may need several.
  const parts = [...text.slice(1, -1).matchAll(escapes)].map(([plain, octal, byte, short, long, letter]) => {
    if (octal !== undefined) return Buffer.from([parseInt(octal, 8)]);
    if (byte !== undefined) return Buffer.from([parseInt(byte, 16)]);
    const code = parseInt(short ?? long ?? "", 16);
    if (code <= 0x10ffff) return Buffer.from(String.fromCodePoint(code));
    return Buffer.from(letter === undefined ? plain : (controls[letter] ?? letter));
  });
  return Buffer.concat(parts).toString();
}
