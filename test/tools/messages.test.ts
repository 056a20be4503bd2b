import assert from "node:assert/strict";
import * as path from "node:path";
import { messagesIn } from "../../tools/docs/messages";
import { makeTree } from "../support/module";

describe("messages of the troubleshooting page", () => {
  const found = (code: string) => messagesIn(path.join(makeTree({ "a.ts": code }), "a.ts"));

  it("are strings of four words or more, joined when the code splits them", () => {
    const code = 'throw new Error("the disk is full: " +\n  "make room, " + `then run ${command} again`);';
    assert.deepEqual(found(code), ["the disk is full: make room, then run <command> again"]);
    assert.deepEqual(found('f("three short words");\nimport x from "a b c d e";'), []);
  });

  it("show values by name, limits by number, and optional parts as separate messages", () => {
    assert.deepEqual(found("f(`${file.path} is not in the module`);"), ["<path> is not in the module"]);
    assert.deepEqual(found("f(`it has more than ${limits.image.entries} entries`);"), [
      "it has more than 2,000,000 entries",
    ]);
    assert.deepEqual(found('f(`the build failed${x ? "; run it with more memory" : ""} today`);'), [
      "the build failed today",
      "run it with more memory",
    ]);
  });

  it("do not include shell commands of the Dockerfile", () => {
    assert.deepEqual(found('run("apk add curl && rm -rf /var/cache/apk of it");'), []);
  });
});
