import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import * as path from "node:path";
import { goBuild } from "../../components/dockerfile/steps/goBuild";
import { needsGo } from "../support/go";
import { makeTree } from "../support/module";
import { examplePlan } from "../support/plan";

describe("linker flags, compared with go build", function () {
  this.timeout(120_000);
  before(function () {
    needsGo(this);
  });

  const source = 'package main\n\nvar a, b, c string\n\nfunc main() { print(a, "|", b, "|", c) }\n';

  /** What a program prints that is built with this -ldflags. */
  function built(words: readonly string[]): string {
    const directory = makeTree({ "go.mod": "module m\n\ngo 1.21\n", "main.go": source });
    const output = path.join(directory, "program");
    // Words as a shell takes them.
    const command = words.map((word) => word.replace("OUT", output)).join(" ");
    execFileSync("sh", ["-c", command], {
      cwd: directory,
      env: { ...process.env, GOFLAGS: "-mod=mod" },
    });
    return execFileSync(output, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] }) + printed(output);
  }

  // print writes to stderr.
  function printed(program: string): string {
    return execFileSync("sh", ["-c", '"$0" 2>&1 >/dev/null', program], { encoding: "utf8" });
  }

  function ours(ldflags: string[]): string {
    const plan = examplePlan({ build: { ldflags } });
    const service = { ...plan.service, mainPackage: "." };
    return built(goBuild({ ...plan, service }, "OUT"));
  }

  it("have the same effect as in -ldflags", () => {
    const lists: string[][] = [
      ["-X 'main.a=1.2.3'"],
      ['-X "main.a=1 2"', "-X main.b=3"],
      ["-X main.a=1 -X main.b=2", "-X=main.c=3"],
      ["-s '-X=main.a=x y' -X main.b=it's"],
      ['-X main.a="quoted"', "-X 'main.b=say \"hi\"'"],
      ["--X main.a=1", "-buildid= -X main.b=2"],
      ["-X main.a= -X main.b=b"],
    ];
    for (const list of lists) {
      const quoted = list.join(" ").replaceAll("'", `'\\''`);
      const theirs = built(["go", "build", `-ldflags='${quoted}'`, "-o", "OUT", "."]);
      assert.equal(ours(list), theirs, JSON.stringify(list));
    }
  });

  it("may have an unquoted value with spaces, which go build would refuse", () => {
    assert.equal(ours(["-X main.a=hello  big world", "-X main.b=it's so"]), "hello  big world|it's so|");
  });
});
