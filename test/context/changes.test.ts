import assert from "node:assert/strict";
import { fast } from "../../components/dockerfile/fast";
import { changedDockerfile, changedFiles, recordedFiles } from "../../components/context/changes";
import { examplePlan } from "../support/plan";

describe("reasons of a rebuild", () => {
  const plain = fast(examplePlan()).text;
  const tested = fast(examplePlan({ smokeTest: {} })).text;

  it("tell another base image from stages that come and go", () => {
    assert.deepEqual(changedDockerfile(plain, plain), []);
    assert.deepEqual(changedDockerfile(plain, tested), ["settings in the Dockerfile"]);
    assert.deepEqual(changedDockerfile(tested, tested.replaceAll("golang:1.23", "golang:1.24")), [
      "base image",
    ]);
    assert.deepEqual(changedDockerfile(plain, plain.replace("alpine:3.20.3", "alpine:3.21")), ["base image"]);
  });
});

describe("files in the state", () => {
  const esc = "\u001b";

  it("are there by names that steer no terminal and give no commands, whoever chose them", () => {
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

  it("are told apart where one is named as another is shown", () => {
    const both = (first: string, second: string) =>
      recordedFiles({ [`a${esc}`]: first, "a\\u001b": second, "main.go": "1" });
    assert.deepEqual(Object.keys(both("1", "2")), ["a\\u001b", "main.go"]);
    for (const other of [both("1", "3"), both("3", "2"), both("2", "1")])
      assert.deepEqual(changedFiles(both("1", "2"), other), ["a\\u001b"]);
  });

  it("have such directories cleaned, too, where there are many files", () => {
    const many = Array.from({ length: 3000 }, (_, n) => [`d${esc}[2J/${n}.txt`, `${n}`] as const);
    assert.deepEqual(Object.keys(recordedFiles(Object.fromEntries(many))), ["d\\u001b[2J/"]);
  });
});
