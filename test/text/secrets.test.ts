import assert from "node:assert/strict";
import { masker as lineMasker } from "../../components/text/secrets";
import { assertLinearText } from "../support/linear";

const masker = (secrets: string[]) => (text: string) => lineMasker(secrets)([text]).join("\n");

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
    it(`are masked in this form: ${name}`, () => {
      for (const secret of passwords) {
        const text = form(secret).replaceAll("\t", " "); // As a line is cleaned before.
        const masked = masker([secret])(`fatal: ${text} refused`);
        assert.match(masked, /\*\*\*/, `${secret}: ${text}`);
        assert.ok(!shows(masked, secret), `${secret}: ${masked}`);
        assert.ok(masked.startsWith("fatal: ") && masked.endsWith(" refused"), masked);
      }
    });
  }

  const wrapped = (text: string, column: number) => text.match(new RegExp(`.{1,${column}}`, "gu")) ?? [];
  const wrappedForms = ["as it is", "an address", "JSON", "hexadecimal", "base64", "base64 for addresses"];
  const beginnings: Record<string, string> = {
    nothing: "",
    "an indent": "    ",
    "BuildKit's step and time": "#12 0.345 ",
    "a service's name and a time": "api-1  | 2026-12-01T13:00:00Z INFO ",
  };
  for (const name of [...wrappedForms, "a Basic header", "base64 behind 4 bytes"]) {
    for (const [what, before] of Object.entries(beginnings)) {
      it(`are masked in this form, wrapped: ${name}, with ${what} before each line`, () => {
        for (const secret of passwords.map((password) => password.replace("\t", "-"))) {
          const text = `fatal:${forms[name]?.(secret)}`;
          const mask = lineMasker([secret]);
          for (const column of [1, 2, 3, 5, 10, 19, 60, 76]) {
            const lines = wrapped(text, column).map((line) => before + line);
            const masked = mask([...lines, `${before}refused`]);
            assert.equal(masked.length, lines.length + 1);
            assert.equal(masked.at(-1), `${before}refused`);
            const left = masked.map((line) => {
              assert.ok(line.startsWith(before), line);
              return line.slice(before.length);
            });
            assert.ok(left.some((line) => line.includes("***")));
            assert.ok(!shows(left.join(""), secret), `${secret}, ${column}: ${left.join("|")}`);
            assert.ok(!shows(left.join("").replaceAll("***", ""), secret), left.join("|"));
          }
        }
      });
    }
  }

  it("are masked in wrapped base64 with escaped line endings", () => {
    const secret = "p4ss/w+rd=and-more";
    const lines = wrapped(base64(`robot:${secret}`), 10);
    for (const lineEnd of ["\\n", "\\\\r\\\\n", "%0A", "%250d%250a", "&#10;", "&#xA;", " ", "  "]) {
      const text = `{"auth":"${lines.join(lineEnd)}"} is refused`;
      assert.match(masker([secret])(text), /^\{"auth":"[\w+/]{0,8}\*\*\*"\} is refused$/, text);
    }
  });

  it("are masked when their own lines are printed one by one", () => {
    const key = '{\n  "type": "service_account",\n  "key": "-----BEGIN\\nMIIEvQ\\n"\n}';
    const masked = lineMasker([key])(["found", ...key.split("\n").map((line) => line.trim()), "refused"]);
    assert.deepEqual(masked, ["found", "***", "***", "***", "***", "refused"]);
  });

  it("that are little more than white space are masked only as a whole", () => {
    for (const secret of ["\\n\\n\\n", "%20%20", "a b\nc", "\\n".repeat(3000)]) {
      const lines = ["one line, abc", "another: x"];
      assert.deepEqual(lineMasker([secret])(lines), lines);
      assert.deepEqual(lineMasker([secret])([`x ${secret.replace("\n", " ")} y`]), ["x *** y"]);
    }
  });

  it("are masked whole when one contains another, and short ones are left", () => {
    assert.equal(masker(["word", "password-word", "abc"])("password-word word abc"), "*** *** abc");
  });

  it("cause no masks in other text", () => {
    const text = "main.go:9:10: undefined: x (aHVzaA==) 100 % of https://example.com/a?b=c&amp;d";
    assert.equal(masker(["hush-hush", "p4ss/w+rd="])(text), text);
  });

  it("are masked when they are very long", () => {
    for (const length of [300, 4096, 5000]) {
      const secret = "aB3-_".repeat(length / 5).slice(0, length);
      assert.equal(masker([secret])(`x ${secret} y`), "x *** y");
    }
  });

  it("are masked in linear time", () => {
    const mask = masker(["\\-\\/+-secret", "%25%25%25", "=====x", "''''''''"]);
    for (const piece of ["\\", "%25", "'\\''", "=", "+", "&#0", "x"]) assertLinearText(mask, piece);
  }).timeout(0);
});
