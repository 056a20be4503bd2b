// What programs expect of the machine that they run on: a directory for temporary files, and a user with a name.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { builder, missingEngine, skipWithReason } from "./support/project/environment";
import { Project } from "./support/project/project";
import { fetchBlob, fetchManifest } from "./support/images/registry";

const main = `package main

import (
	"fmt"
	"os"
	"os/user"
)

func main() {
	file, err := os.CreateTemp("", "x")
	if err != nil {
		panic(err)
	}
	defer os.Remove(file.Name())
	current, err := user.Current()
	if err != nil {
		panic(err)
	}
	if current.Username != "nonroot" || current.Uid != fmt.Sprint(os.Getuid()) {
		panic(fmt.Sprint(current))
	}
}
`;

describe("a program on a bare image", function () {
  this.timeout(300_000);

  before(function () {
    const reason = missingEngine("buildkit");
    if (reason !== undefined) skipWithReason(this, reason);
  });

  const image = (name: string, runtime: object) =>
    `new GoMultiStageImage("${name}", { source: "hello", repository: repository + "/${name}", builder: "${builder}",
  smokeTest: { }, runtime: ${JSON.stringify(runtime)} });`;
  const project = new Project(
    (repository) => `const { GoMultiStageImage } = require("goimage");
const repository = "${repository}";
${image("empty", { image: "scratch" })}
${image("other", { image: "scratch", user: "4711:4712" })}
${image("volume", { image: "scratch", volumes: ["/tmp", "/data"] })}
${image("alpine", { volumes: ["/tmp"] })}`,
    { "hello/go.mod": "module example.com/hello\n\ngo 1.23\n", "hello/main.go": main },
  );

  /** Entries of an image's layers below /tmp, as tar lists them. */
  async function temporary(name: string): Promise<string[]> {
    const served = await fetchManifest(`${project.repository}/${name}`, "latest");
    const blobs = (served?.manifest.layers ?? []).map(({ digest }) =>
      fetchBlob(`${project.repository}/${name}`, digest),
    );
    const lists = (await Promise.all(blobs)).map((input) =>
      execFileSync("tar", ["-tvzf", "-"], { input, encoding: "utf8", env: { ...process.env, TZ: "UTC" } }),
    );
    return lists
      .join("")
      .split("\n")
      .filter((line) => / (\.\/)?tmp(\/|$)/.test(line));
  }

  it("can write temporary files and look up its user", async () => {
    await project.up();
    for (const name of ["empty", "other", "volume"])
      assert.deepEqual(
        (await temporary(name)).map((line) => line.replace(/ +/g, " ")),
        ["drwxrwxrwt 0/0 0 1970-01-01 00:00 tmp/"],
        name,
      );
    // Alpine's own, and no layer changes it.
    assert.equal((await temporary("alpine")).length, 1);
  });
});
