import assert from "node:assert/strict";
import { parseArguments, type CacheArguments, type ReportArguments } from "../../components/cli/arguments";
import { main } from "../../components/cli/main";
import * as fs from "node:fs";
import * as path from "node:path";
import { mock } from "node:test";
import { safeJson } from "../../components/cli/main";
import { imageReference, pulumiOutputs } from "../../components/cli/stackOutput";
import { makeTree } from "../support/module";

describe("goimage's command line", () => {
  it("needs only an image for a report", () => {
    assert.deepEqual(parseArguments(["report", "a/b:1"]), {
      ...{
        command: "report",
        image: "a/b:1",
        format: "html",
        output: "goimage-report.html",
        top: 20,
        insecure: false,
      },
      ...{ compare: undefined, platform: undefined, stack: undefined, cwd: undefined },
    });
    for (const help of [["--help"], ["help"], ["-h"], ["report", "--help"], ["--version", "--help"]])
      assert.equal(parseArguments(help), "help");
    assert.equal(parseArguments(["--version"]), "version");
  });

  it("prints only the package's version for --version", async () => {
    const write = mock.method(process.stdout, "write", () => true);
    try {
      assert.equal(await main(["--version"]), 0);
    } finally {
      write.mock.restore();
    }
    const written = write.mock.calls.map((call) => call.arguments[0] as string);
    const manifest = fs.readFileSync(path.join(__dirname, "../../package.json"), "utf8");
    const { version } = JSON.parse(manifest) as { version: string };
    assert.deepEqual(written, [`${version}\n`]);
  });

  it("derives the format from the file's name, and writes to standard output on request", () => {
    const report = (...args: string[]) => parseArguments(["report", "a", ...args]) as ReportArguments;
    assert.equal(report("--output", "x.MD").format, "markdown");
    assert.equal(report("--output", "x.svg", "--format", "json").format, "json");
    assert.equal(report("--output", "-").output, undefined);
    assert.equal(report("--format", "table").output, undefined);
  });

  it("writes JSON without terminal controls and CI commands, and with the same data", () => {
    const report = {
      path: "/a\u001b[2J\u009b1m\u202e##[group]##vso[x]\n::add-mask::x",
      plain: "größe # [x]",
    };
    const text = safeJson(report);
    assert.deepEqual(JSON.parse(text), report);
    assert.doesNotMatch(text, /(?!\n)\p{Cc}|\p{Bidi_Control}|##(vso)?\[|^\s*::/mu);
    assert.match(text, /größe # \[x\]/);
  });

  it("reads the cache commands, of which prune removes only with --yes", () => {
    const of = (...args: string[]) => {
      const { repository, ...rest } = parseArguments(["cache", ...args]) as CacheArguments;
      return { ...rest, repository: repository.name };
    };
    const repository = "r.example.com/a";
    const plain = { repository, keep: 0, remove: false, insecure: false };
    assert.deepEqual(of("ls", repository), { ...plain, command: "ls" });
    assert.deepEqual(of("ls", repository, "--insecure"), { ...plain, command: "ls", insecure: true });
    assert.deepEqual(of("prune", repository, "--keep", "3"), { ...plain, command: "prune", keep: 3 });
    assert.deepEqual(of("prune", repository, "--keep=0", "--yes"), {
      ...plain,
      command: "prune",
      remove: true,
    });
  });

  const wrong: [string[], RegExp][] = [
    [["cache"], /cache has the commands ls and prune$/],
    [["cache", "rm", "r.example.com/a"], /cache has the commands ls and prune, and no rm/],
    [["cache", "ls"], /cache ls takes one repository/],
    [["cache", "ls", "r.example.com/a", "b"], /cache ls takes one repository/],
    [["cache", "ls", "r.example.com/a:v1"], /the repository r\.example\.com\/a:v1 /],
    [["cache", "ls", "r.example.com/a", "--keep", "1"], /cache ls has no option --keep/],
    [["cache", "prune", "r.example.com/a"], /cache prune needs --keep NUMBER/],
    [
      ["cache", "prune", "r.example.com/a", "--keep", "x"],
      /--keep is x; it must be a whole number, 0 or more/,
    ],
    [["cache", "prune", "r.example.com/a", "--keep", "-1"], /keep/],
    [["cache", "prune", "r.example.com/a", "--keep", "1", "--top", "3"], /cache prune has no option --top/],
    [["report", "a", "--yes"], /report has no option --yes/],
    [[], /there is no command$/],
    [["size"], /there is no command size/],
    [["report"], /needs an image/],
    [["report", "a", "b"], /takes one image; it also got b/],
    [["report", "a", "--top", "0"], /--top is 0; it must be a whole number, 1 or more/],
    [["report", "a", "--platform", "linux/x"], /--platform is linux\/x; known are linux\/amd64/],
    [["report", "a", "--formt", "x"], /formt/],
  ];
  for (const [args, reason] of wrong) {
    it(`refuses ${JSON.stringify(args)}`, () =>
      assert.throws(() => parseArguments(args), { name: "UsageError", message: reason }));
  }
});

describe("an image named by a stack output", () => {
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
    it(`is found for ${image}`, async () => assert.equal(await resolve(image), reference));
  }

  it("is not looked up when the name is a reference", async () => {
    const fail = () => Promise.reject(new Error("asked"));
    assert.equal(await imageReference("library/alpine", fail), "library/alpine");
  });

  it("is refused with a list of the outputs, or with the reason", async () => {
    await assert.rejects(resolve("other"), /no output other; it has ref, simple, images/);
    await assert.rejects(resolve("simple.constructor"), /no output simple.constructor/);
    await assert.rejects(resolve("digest"), /is not an image reference: "sha256:0"/);
    await assert.rejects(resolve("hidden"), /is a secret/);
    await assert.rejects(
      imageReference("x", () => Promise.resolve({})),
      /it has no outputs at all: run pulumi up/,
    );
  });
});

describe("reading outputs from Pulumi", () => {
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

  it("parses JSON, and refuses any other text", async () => {
    assert.deepEqual(await answers(`echo '{"ref":"a/b"}'`), { ref: "a/b" });
    for (const other of ["warning: a new version", "", "null", '"text"'])
      await assert.rejects(
        answers(`printf '%s' '${other}'`),
        /did not print a JSON object: run it with --json/,
      );
  });

  it("includes Pulumi's error, cleaned and shortened", async () => {
    const script = `printf '\\033[31merror\\033[0m: no stack' >&2; head -c 500000 /dev/zero | tr '\\0' y >&2; exit 1`;
    const error: unknown = await answers(script).catch((reason: unknown) => reason);
    assert.match(String(error), /pulumi stack output failed: error: no stacky+/);
    assert.ok(String(error).length < 1200);
  });
});
