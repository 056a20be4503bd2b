// Every code block of the documentation is tested: by its language, and the lines of shell blocks by what they run.

import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { blocks, fences, pages, read, root } from "../support/pages";

/** The test that has the blocks of a language. */
const languages: Record<string, string> = {
  ts: "test/docs/pages.test.ts",
  // A drawing, or a message.
  text: "test/docs/pages.test.ts",
  yaml: "test/docs/pipelines.test.ts",
  json: "test/integration/examples/policies.test.ts",
  // Of examples only.
  py: "test/integration/languages.test.ts",
  go: "test/integration/languages.test.ts",
  dockerfile: "test/docs/commands.test.ts",
  sh: "test/docs/commands.test.ts",
};

/** The test that runs a line of a shell block; `script` where it is a script of package.json. */
const commands: readonly (readonly [RegExp, string])[] = [
  [/^npm (?:test|run [\w:]+)\b/, "script"],
  [/^npm install goimage$/, "test/integration/package.test.ts"],
  [/^pulumi up --policy-pack /, "test/integration/examples/policies.test.ts"],
  [/^pulumi up\b/, "test/integration/package.test.ts"],
  [/^pulumi config set image "\$\(pulumi stack output ref/, "test/integration/examples/promotion.test.ts"],
  [/^npx goimage report /, "test/integration/docs.test.ts"],
  [/^npx goimage cache (ls|prune) /, "test/integration/seed.test.ts"],
  [
    /^(?:cd \.goimage\/infra\/prod|docker build -f api-MultiStage\.Dockerfile )/,
    "test/integration/docs.test.ts",
  ],
  [/^npm install --global goimage$/, "test/integration/languages.test.ts"],
  [/^pulumi (?:plugin install|package add) /, "test/integration/languages.test.ts"],
  [/^docker login /, "test/integration/reach.test.ts"],
  [/^docker buildx create .*--driver remote /, "test/integration/builders.test.ts"],
];

/** What the tools of others do, shown for comparison or to begin with. */
const ofOthers =
  /^(?:mkdir infra|pulumi new|docker (?:build|push) -?.*|docker buildx (?:create .*--driver (?:docker-container|kubernetes)|inspect|prune) |kubectl|KO_DOCKER_REPO=)/;

const files = pages.filter((page) => page !== "README.pt-BR.md");

describe("code blocks of the documentation", () => {
  it("have a language that a test reads", () => {
    for (const page of files)
      for (const { language } of fences(read(page))) {
        const test = languages[language];
        assert.ok(test !== undefined, `${page} has a block of the language "${language}"`);
        assert.ok(fs.existsSync(path.join(root, test)), `${test} is gone`);
      }
  });

  it("contain only commands that a test runs, and scripts that exist", () => {
    const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };
    for (const page of files)
      for (const line of blocks(page, "sh").flatMap((block) => block.trim().split("\n"))) {
        const test = commands.find(([pattern]) => pattern.test(line))?.[1];
        if (test === undefined) assert.match(line, ofOthers, `${page}: no test runs "${line}"`);
        else if (test === "script") {
          const [, script = "test"] = /^npm run ([\w:]+)/.exec(line) ?? [];
          assert.ok(scripts[script] !== undefined, `${page}: there is no script ${script}`);
        } else assert.ok(fs.existsSync(path.join(root, test)), `${test} is gone`);
      }
  });

  it("show the Dockerfile of the recipe classic", () => {
    const [dockerfile = ""] = blocks("docs/engines-and-recipes.md", "dockerfile");
    assert.ok(dockerfile.startsWith("FROM golang:1.23 AS build\n"));
    assert.ok(read("components/dockerfile/classic.ts").includes(dockerfile.trim()));
  });
});
