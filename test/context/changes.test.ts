import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import * as path from "node:path";
import { fast } from "../../components/dockerfile/fast";
import { changedDockerfile, changedFiles, recordedFiles } from "../../components/context/changes";
import { examplePlan } from "../support/plan";

describe("the reasons for a rebuild", () => {
  const plain = fast(examplePlan()).text;
  const tested = fast(examplePlan({ smokeTest: {} })).text;

  it("tell a new base image from other settings", () => {
    assert.deepEqual(changedDockerfile(plain, plain), []);
    assert.deepEqual(changedDockerfile(plain, tested), ["settings in the Dockerfile"]);
    assert.deepEqual(changedDockerfile(tested, tested.replaceAll("golang:1.23", "golang:1.24")), [
      "base image",
    ]);
    assert.deepEqual(changedDockerfile(plain, plain.replace("alpine:3.20.3", "alpine:3.21")), ["base image"]);
  });

  it("include base images in instructions of several lines", () => {
    const digests = (letter: string) => ({ "golang:1.23": `sha256:${letter.repeat(64)}` });
    const pinned = (letter: string) => fast(examplePlan(), { digests: digests(letter), idSuffix: "" }).text;
    assert.match(pinned("a"), /^FROM .*\\\n {4}golang/m);
    assert.deepEqual(changedDockerfile(pinned("a"), pinned("b")), ["base image"]);
    assert.deepEqual(changedDockerfile(pinned("a"), pinned("a")), []);
  });

  it("name the goimage version for a Dockerfile of version 0.1.0", () => {
    const file = path.join(__dirname, "../fixtures/state-0.1.0-buildkit.json");
    const { deployment } = JSON.parse(readFileSync(file, "utf8")) as {
      deployment: { resources: { type: string; outputs?: { dockerfile?: string } }[] };
    };
    const components = deployment.resources.filter(({ type }) => type.startsWith("goimage:"));
    const recorded = components.flatMap(({ outputs }) => outputs?.dockerfile ?? []);
    assert.equal(recorded.length, 2);
    for (const before of recorded)
      assert.equal(changedDockerfile(before, plain).at(-1), "the Dockerfile of this goimage version");
  });
});

describe("files in the state", () => {
  const esc = "\u001b";

  it("have names without terminal controls and CI commands", () => {
    const recorded = recordedFiles({
      "main.go": "1",
      "größe/日本.txt": "2",
      [`a${esc}[2J${esc}]0;title\u0007.txt`]: "3",
      "line\nend\r.txt": "4",
      "abc\u202egpj.exe": "5",
      "\u200bhidden\u009b": "6",
      "::add-mask::x": "7",
      "##[group]x": "8",
      ["__proto__"]: "9",
    });
    assert.deepEqual(Object.entries(recorded), [
      ["main.go", "1"],
      ["größe/日本.txt", "2"],
      ["a\\u001b[2J\\u001b]0;title\\u0007.txt", "3"],
      ["line\\u000aend\\u000d.txt", "4"],
      ["abc\\u202egpj.exe", "5"],
      ["\\u200bhidden\\u009b", "6"],
      [": :add-mask::x", "7"],
      ["# #[group]x", "8"],
      ["__proto__", "9"],
    ]);
  });

  it("are kept apart when a name is equal to another's escaped form", () => {
    const both = (first: string, second: string) =>
      recordedFiles({ [`a${esc}`]: first, "a\\u001b": second, "main.go": "1" });
    assert.deepEqual(Object.keys(both("1", "2")), ["a\\u001b", "main.go"]);
    for (const other of [both("1", "3"), both("3", "2"), both("2", "1")])
      assert.deepEqual(changedFiles(both("1", "2"), other), ["a\\u001b"]);
  });

  it("have their directories' names escaped, too, when there are many files", () => {
    const many = Array.from({ length: 3000 }, (_, n) => [`d${esc}[2J/${n}.txt`, `${n}`] as const);
    assert.deepEqual(Object.keys(recordedFiles(Object.fromEntries(many))), ["d\\u001b[2J/"]);
  });
});
