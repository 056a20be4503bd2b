import assert from "node:assert/strict";
import { parseArguments } from "../../components/cli/arguments";
import * as fs from "node:fs";
import * as path from "node:path";
import { imageReference, pulumiOutputs } from "../../components/cli/stackOutput";
import { makeTree } from "../support/module";

describe("goimage's command line", () => {
  it("has a default for everything but the image", () => {
    assert.deepEqual(parseArguments(["report", "a/b:1"]), {
      ...{ image: "a/b:1", format: "html", output: "goimage-report.html", top: 20, insecure: false },
      ...{ compare: undefined, platform: undefined, stack: undefined, cwd: undefined },
    });
    assert.equal(parseArguments(["--help"]), undefined);
    assert.equal(parseArguments(["help"]), undefined);
  });

  it("takes the format from the file's name, and writes to standard output where asked", () => {
    assert.equal(parseArguments(["report", "a", "--output", "x.MD"])?.format, "markdown");
    assert.equal(parseArguments(["report", "a", "--output", "x.svg", "--format", "json"])?.format, "json");
    assert.equal(parseArguments(["report", "a", "--output", "-"])?.output, undefined);
    assert.equal(parseArguments(["report", "a", "--format", "table"])?.output, undefined);
  });

  const wrong: [string[], RegExp][] = [
    [[], /there is no command$/],
    [["size"], /there is no command size/],
    [["report"], /wants an image/],
    [["report", "a", "b"], /wants one image; there is also b/],
    [["report", "a", "--top", "0"], /--top is 0; it must be a whole number from 1 on/],
    [["report", "a", "--platform", "linux/x"], /--platform is linux\/x; known are linux\/amd64/],
    [["report", "a", "--formt", "x"], /formt/],
  ];
  for (const [args, reason] of wrong) {
    it(`refuses ${JSON.stringify(args)}`, () =>
      assert.throws(() => parseArguments(args), { name: "UsageError", message: reason }));
  }
});

describe("images by the name of a stack output", () => {
  const outputs = {
    ref: "r.example.com/a@sha256:0",
    simple: { ref: "r.example.com/b:1", sizes: [1] },
    images: [{ ref: "r.example.com/c:1" }],
    "with-dash": "r.example.com/d",
    digest: "sha256:0",
    hidden: "[secret]",
  };
  const resolve = (image: string) => imageReference(image, () => Promise.resolve(outputs));
  const cases: [string, string][] = [
    ["ref", "r.example.com/a@sha256:0"],
    ["simple", "r.example.com/b:1"],
    ["simple.ref", "r.example.com/b:1"],
    ["images[0]", "r.example.com/c:1"],
    ["images[0].ref", "r.example.com/c:1"],
    ["with-dash", "r.example.com/d"],
  ];
  for (const [image, reference] of cases) {
    it(`finds ${image}`, async () => assert.equal(await resolve(image), reference));
  }

  it("does not ask Pulumi for what is a reference", async () => {
    const fail = () => Promise.reject(new Error("asked"));
    assert.equal(await imageReference("library/alpine", fail), "library/alpine");
  });

  it("says what there is instead", async () => {
    await assert.rejects(resolve("other"), /no output other; it has ref, simple, images/);
    await assert.rejects(resolve("simple.constructor"), /no output simple.constructor/);
    await assert.rejects(resolve("digest"), /is no image reference: "sha256:0"/);
    await assert.rejects(resolve("hidden"), /is a secret/);
    await assert.rejects(
      imageReference("x", () => Promise.resolve({})),
      /it has none: run pulumi up/,
    );
  });
});

describe("outputs that Pulumi tells", () => {
  const before = process.env["PATH"];
  afterEach(() => {
    process.env["PATH"] = before;
  });
  const answers = (script: string): Promise<Record<string, unknown>> => {
    const directory = makeTree({});
    fs.writeFileSync(path.join(directory, "pulumi"), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    process.env["PATH"] = `${directory}:${before}`;
    return pulumiOutputs(undefined, undefined);
  };

  it("are read, and what is no JSON is an error of its own", async () => {
    assert.deepEqual(await answers(`echo '{"ref":"a/b"}'`), { ref: "a/b" });
    for (const other of ["warning: a new version", "", "null", '"text"'])
      await assert.rejects(answers(`printf '%s' '${other}'`), /gave no JSON object: run it with --json/);
  });

  it("come with a failure's words, cleaned and cut", async () => {
    const script = `printf '\\033[31merror\\033[0m: no stack' >&2; head -c 500000 /dev/zero | tr '\\0' y >&2; exit 1`;
    const error: unknown = await answers(script).catch((reason: unknown) => reason);
    assert.match(String(error), /pulumi stack output failed: error: no stacky+/);
    assert.ok(String(error).length < 1200);
  });
});
