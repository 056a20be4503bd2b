import assert from "node:assert/strict";
import { masker } from "../../components/text/secrets";
import { assertLinearText } from "../support/linear";

const base64 = (text: string) => Buffer.from(text).toString("base64");
const forUrls = (text: string) => base64(text).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
const lower = (text: string) => text.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase());
const goJson = (text: string) =>
  JSON.stringify(text).replace(/[<>&]/g, (c) => `\\u00${c.charCodeAt(0).toString(16)}`);

/** Some with every character that an encoding changes. */
const passwords = [
  "hush-hush",
  "p4ss/w+rd=",
  "a&b<c>\"d'e\\f",
  "100% sure?",
  "größe§",
  "tab\there",
  "日本-🔑",
  "~?~?~?>>>",
];

/** Tools' ways to repeat a secret. */
const forms: Record<string, (secret: string) => string> = {
  "as it is": (secret) => secret,
  "an address": (secret) => `https://robot:${encodeURIComponent(secret)}@example.com/x`,
  "an address in lower case": (secret) => lower(encodeURIComponent(secret)),
  "an address within an address": (secret) => encodeURIComponent(encodeURIComponent(secret)),
  "a form": (secret) => new URLSearchParams({ password: secret }).toString(),
  JSON: (secret) => JSON.stringify({ password: secret }),
  "JSON within JSON": (secret) => JSON.stringify(JSON.stringify({ password: secret })),
  "Go's JSON": goJson,
  "JSON with slashes escaped": (secret) => JSON.stringify(secret).replaceAll("/", "\\/"),
  HTML: (secret) =>
    secret.replace(
      /[&<>"']/g,
      (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[c] ?? "&#39;",
    ),
  "a shell's quotes": (secret) => `'${secret.replaceAll("'", "'\\''")}'`,
  hexadecimal: (secret) => Buffer.from(secret).toString("hex"),
  "hexadecimal in capitals": (secret) => Buffer.from(secret).toString("hex").toUpperCase(),
  base64,
  "base64 for addresses": forUrls,
  "a Basic header": (secret) => `Authorization: Basic ${base64(`robot:${secret}`)}`,
  "a Basic header of another user": (secret) => `Authorization: Basic ${base64(`x-access-token:${secret}`)}`,
  "a Basic header in an address": (secret) => encodeURIComponent(base64(`ab:${secret}`)),
};
for (const offset of [0, 1, 2, 3, 4, 5]) {
  forms[`base64 behind ${offset} bytes`] = (secret) => base64(`${"x".repeat(offset)}${secret}, and more`);
  forms[`base64 for addresses behind ${offset} bytes`] = (secret) =>
    forUrls(`${"x".repeat(offset)}${secret}|more`);
}

/** Whether the text still has more than a part of the secret, in any of the forms. */
function shows(text: string, secret: string): boolean {
  const plain = secret.slice(1, -1);
  const decoded = [...text.matchAll(/[A-Za-z0-9+/_-]{4,}/g)].flatMap(([word]) =>
    [0, 1, 2, 3].map((at) => Buffer.from(word.slice(at), "base64").toString()),
  );
  return [text, ...decoded].some((each) => each.includes(plain));
}

describe("secrets in a text", () => {
  for (const [name, form] of Object.entries(forms)) {
    it(`are masked as ${name}`, () => {
      for (const secret of passwords) {
        const text = form(secret).replaceAll("\t", " "); // As a line is cleaned before.
        const masked = masker([secret])(`fatal: ${text} refused`);
        assert.match(masked, /\*\*\*/, `${secret}: ${text}`);
        assert.ok(!shows(masked, secret), `${secret}: ${masked}`);
        assert.ok(masked.startsWith("fatal: ") && masked.endsWith(" refused"), masked);
      }
    });
  }

  it("are masked whole where one holds another, and short ones not at all", () => {
    assert.equal(masker(["word", "password-word", "abc"])("password-word word abc"), "*** *** abc");
  });

  it("leave other text as it is", () => {
    const text = "main.go:9:10: undefined: x (aHVzaA==) 100 % of https://example.com/a?b=c&amp;d";
    assert.equal(masker(["hush-hush", "p4ss/w+rd="])(text), text);
  });

  it("are masked where they are as long as a token, or longer", () => {
    for (const length of [300, 4096, 5000]) {
      const secret = "aB3-_".repeat(length / 5).slice(0, length);
      assert.equal(masker([secret])(`x ${secret} y`), "x *** y");
    }
  });

  it("take time in proportion to the text, whatever it repeats", () => {
    const mask = masker(["\\-\\/+-secret", "%25%25%25", "=====x", "''''''''"]);
    for (const piece of ["\\", "%25", "'\\''", "=", "+", "&#0", "x"]) assertLinearText(mask, piece);
  }).timeout(0);
});
