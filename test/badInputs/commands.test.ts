// What an image runs beside the Go program, judged before the build.

import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import type { RuntimeStageArgs } from "../../components";
import type { outcome } from "../support/outcome";
import { accepted, hello, refused } from "../support/outcome";

const script = "#!/bin/sh\nexec ./main\n";

/** The inputs, with scripts in the source of which all but those in `plain` are executable. */
function given(
  scripts: Record<string, string>,
  runtime: RuntimeStageArgs,
  plain: readonly string[] = [],
): Parameters<typeof outcome> {
  const executable = Object.keys(scripts).filter((file) => !plain.includes(file));
  const prepare = (directory: string) => {
    for (const file of executable) fs.chmodSync(path.join(directory, "hello", file), 0o755);
  };
  return [hello(scripts), { runtime: { files: Object.keys(scripts), ...runtime } }, prepare];
}

describe("an entrypoint that is a shipped script", () => {
  const entrypoint = ["/app/start.sh"];
  const start = (text: string, runtime: RuntimeStageArgs = {}, plain: readonly string[] = []) =>
    given({ "start.sh": text }, { entrypoint, ...runtime }, plain);

  it("is accepted by absolute path, by ./ and in another directory, with arguments", async () => {
    for (const words of [["/app/start.sh"], ["./start.sh", "-v"]])
      await accepted(...start(script, { entrypoint: words }));
    const below = { workingDirectory: "/srv/api", entrypoint: ["/srv/api/scripts/run"] };
    await accepted(...given({ "scripts/run": script }, below));
  });

  it("is refused with Windows line endings, even when a shell is told to run it", async () => {
    const windows = script.replaceAll("\n", "\r\n");
    const words =
      /runtime\.entrypoint: runs "start\.sh", which has Windows line endings \(CRLF\), so the kernel looks for "\/bin\/sh\\r"/;
    await refused(words, ...start(windows));
    await refused(words, ...start(windows, { entrypoint: ["sh", "start.sh"] }));
    await refused(words, ...start(windows, { image: "registry.example.com/base", entrypoint }));
  });

  it("is refused without an executable bit, unless a shell runs it", async () => {
    await refused(
      /runs "start\.sh", which has no executable bit; run chmod \+x start\.sh .*, or run \["\/bin\/sh", "\/app\/start\.sh"\]/,
      ...start(script, {}, ["start.sh"]),
    );
    await accepted(...start(script, { entrypoint: ["/bin/sh", "/app/start.sh"] }, ["start.sh"]));
  });

  it("is refused without a #! line, and with a byte order mark", async () => {
    for (const text of ["exec ./main\n", "\n#!/bin/sh\n", " #!/bin/sh\n", ""])
      await refused(/runs "start\.sh", which is neither a program for Linux nor a script/, ...start(text));
    await refused(/begins with a byte order mark/, ...start(`\ufeff${script}`));
  });

  it("is refused when the base image lacks its interpreter", async () => {
    for (const line of ["#!/bin/bash", "#!/usr/bin/env bash", "#! /usr/bin/env -S bash -e"])
      await refused(
        /begins with #!\/\S+, and Alpine has no ".*bash"; name its package/,
        ...start(`${line}\n`),
      );
    await refused(/and Alpine has no "python3"/, ...start("#!/usr/bin/env python3\n"));
    await refused(
      /begins with #!\/bin\/sh, and "\/bin\/sh" is not in the image: runtime\.image "scratch" holds nothing but \/app\/main/,
      ...start(script, { image: "scratch" }),
    );
    await accepted(...start("#!/bin/bash\n", { packages: ["bash"] }));
    await accepted(...start("#!/bin/bash\n", { image: "debian:bookworm-slim" }));
    await accepted(...start("#!/bin/busybox sh\n"));
  });

  it("must exist in the image; a missing one causes an error or a warning", async () => {
    await refused(
      /"start\.sh" is not in the image.*; write "\/app\/start\.sh"/,
      ...start(script, { entrypoint: ["start.sh"] }),
    );
    const { warnings } = await accepted(...start(script, { entrypoint: ["/app/run.sh"] }));
    assert.deepEqual(warnings, [
      'runtime.entrypoint: "/app/run.sh" is not in the image: neither Alpine nor runtime.files has it',
    ]);
    const below = given({ "scripts/start.sh": script }, { entrypoint: ["./start.sh"] });
    assert.match((await accepted(...below)).warnings.join(), /; write "\/app\/scripts\/start\.sh"/);
    // Another base may have it.
    const other = await accepted(
      ...start(script, { image: "registry.example.com/base", entrypoint: ["/app/run.sh"] }),
    );
    assert.deepEqual(other.warnings, []);
  });
});

describe("a health check's command", () => {
  const check = (command: string[], runtime: RuntimeStageArgs = {}) =>
    given({}, { files: [], healthcheck: { command }, ...runtime });

  it("is accepted when the image has it", async () => {
    await accepted(...check(["/app/main", "-health"]));
    await accepted(...check(["./main", "-health"], { image: "scratch" }));
    await accepted(...check(["wget", "-q", "localhost"]));
    await accepted(...check(["curl", "localhost"], { packages: ["curl"] }));
    await accepted(...check(["curl", "localhost"], { image: "registry.example.com/alpine" }));
  });

  it("is refused when the image lacks it", async () => {
    await refused(
      /runtime\.healthcheck\.command: Alpine has no "curl"; .*, or use wget/,
      ...check(["curl", "localhost"]),
    );
    await refused(/Alpine has no "\/bin\/bash"/, ...check(["/bin/bash", "-c", "true"]));
    await refused(
      /"wget" is not in the image: runtime\.image "scratch"/,
      ...check(["wget", "-q"], { image: "scratch" }),
    );
    await refused(/"main" is not in the image: .*; write "\/app\/main"/, ...check(["main"]));
    await refused(
      /; give each argument as an entry of its own/,
      ...check(["wget -q localhost"], { image: "scratch" }),
    );
  });

  it("is refused in the form of docker compose", async () => {
    for (const word of ["CMD", "CMD-SHELL"])
      await refused(/begins with "CMD(-SHELL)?", as in a docker compose file/, ...check([word, "wget -q"]));
  });

  it("is checked like the entrypoint when it is a shipped script", () =>
    refused(
      /runtime\.healthcheck\.command: runs "check\.sh", which has no executable bit/,
      ...given({ "check.sh": script }, { healthcheck: { command: ["/app/check.sh"] } }, ["check.sh"]),
    ));
});
