// README and docs/: every link leads somewhere, and every TypeScript block compiles.

import assert from "node:assert/strict";
import * as crypto from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import ts from "typescript";
import { makeTree } from "../support/module";
import { blocks, pages, prose, read, root } from "../support/pages";

/** The anchors of a page: those of headings, as GitHub makes them, and those that it names itself. */
function anchors(page: string): string[] {
  const text = prose(page);
  const headings = [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, "")
      .replace(/ /g, "-"),
  );
  return [...headings, ...[...text.matchAll(/<a id="([^"]+)">/g)].map(([, id = ""]) => id)];
}

describe("documentation", function () {
  this.timeout(120_000);

  for (const page of pages) {
    it(`has no dead link in ${page}`, () => {
      const text = prose(page);
      const links = [...text.matchAll(/\]\(([^)\s]+)\)|(?:src|href)="([^"]+)"/g)].map(
        ([, a, b]) => a ?? b ?? "",
      );
      const wrong = links
        .filter((link) => !/^https?:/.test(link))
        .filter((link) => {
          const [file = "", anchor] = link.split("#");
          const target = file === "" ? page : path.join(path.dirname(page), file);
          if (!fs.existsSync(path.join(root, target))) return true;
          return anchor !== undefined && !anchors(target).includes(anchor);
        });
      assert.deepEqual(wrong, []);
    });
  }

  it("has no double braces outside code blocks, which the site would evaluate", () => {
    assert.deepEqual(
      pages.filter((page) => prose(page).includes("{{")),
      [],
    );
  });

  it("is linked from the README", () => {
    const readme = read("README.md");
    assert.deepEqual(
      pages.filter((page) => page.startsWith("docs/") && !readme.includes(`(${page}`)),
      [],
    );
  });

  it("has a Portuguese README of the same content", () => {
    const translated = read("README.pt-BR.md");
    const version = crypto.createHash("sha256").update(read("README.md")).digest("hex").slice(0, 12);
    assert.ok(
      translated.startsWith(`<!-- README.md: ${version} -->\n`),
      `README.md has changed: translate what is new into README.pt-BR.md, then write ${version} into its first line`,
    );
    const parts = (page: string) => ({
      code: ["ts", "sh"].flatMap((language) => blocks(page, language)),
      headings: (read(page).match(/^## /gm) ?? []).length,
      rows: [...read(page).matchAll(/^\| (`[^`]+`)/gm)].map(([, name]) => name),
    });
    const { headings, ...rest } = parts("README.pt-BR.md");
    const original = parts("README.md");
    assert.deepEqual(rest, { code: original.code, rows: original.rows });
    // The list of pages, which are in English, and of dependencies is in the original alone.
    assert.equal(headings, original.headings - 2);
  });

  it("has TypeScript that compiles", () => {
    // Providers that the examples use and that are not installed here: their part is not checked.
    const declared = ["aws", "awsx", "gcp"].map((name) => `declare module "@pulumi/${name}";\n`).join("");
    const sources = pages.flatMap((page) =>
      blocks(page, "ts").map((code, n) => [`${page.replace(/\W/g, "_")}_${n}.ts`, code] as const),
    );
    assert.ok(sources.length > 10);
    const directory = makeTree({ "providers.d.ts": declared, ...Object.fromEntries(sources) });
    fs.symlinkSync(path.join(root, "node_modules"), path.join(directory, "node_modules"));
    const files = ["providers.d.ts", ...sources.map(([name]) => name)].map((name) =>
      path.join(directory, name),
    );
    const program = ts.createProgram(files, {
      ...{ strict: true, noEmit: true, skipLibCheck: true, esModuleInterop: true },
      ...{ target: ts.ScriptTarget.ES2023, module: ts.ModuleKind.NodeNext },
      paths: {
        goimage: [path.join(root, "components/index.ts")],
        "goimage/testing": [path.join(root, "testing/index.ts")],
      },
      types: ["node", "mocha"],
      typeRoots: [path.join(root, "node_modules/@types")],
    });
    const problems = ts.getPreEmitDiagnostics(program).map((each) => {
      const text = ts.flattenDiagnosticMessageText(each.messageText, "\n");
      return `${path.basename(each.file?.fileName ?? "")}: ${text}`;
    });
    assert.deepEqual(problems, []);
  });
});
