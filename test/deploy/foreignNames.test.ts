// Whoever writes the source, an image or a registry's answers chooses parts of what goimage says. None of them makes a line of its
// own in a log, steers the terminal, or gives a command to the CI system that keeps the log.

import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import * as path from "node:path";
import { ESLint } from "eslint";
import * as pulumi from "@pulumi/pulumi";
import { GoMultiStageImage, type GoMultiStageImageArgs } from "../../components";
import { imageChecks } from "../../components/deploy/image/checks";
import { invalidInputs, failure, runError } from "../../components/deploy/pulumi/userErrors";
import { say } from "../../components/deploy/pulumi/say";
import { stagedContext } from "../../components/deploy/before/stagedContext";
import { WorkDirectory } from "../../components/context";
import { failedOutput } from "../../components/engines/failures/rerun";
import { makeTree } from "../support/module";
import { runProgram } from "../support/program";
import { situationOf } from "../support/situation";

/** A name that a file can have. */
const hostile =
  "x\nFORGED error: line\r\n::add-mask::on\u001b[2J\u001b]0;title\u0007\u009b1m\u202e##[group]a##vso[task]\u2028z";

/** What of it may be left. */
function assertInert(texts: readonly string[], what: string): void {
  const all = texts.join("\n");
  assert.ok(all.includes("FORGED"), `${what}: nothing of the name in ${JSON.stringify(all)}`);
  for (const line of all.split("\n")) {
    assert.doesNotMatch(line, /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/u, JSON.stringify(line));
    assert.doesNotMatch(line, /^\s*(FORGED|::)|##(vso)?\[/, JSON.stringify(line));
  }
}

const main = "package main\n\nfunc main() {}\n";
const goMod = "module example.com/hello\n\ngo 1.23\n";
const repository = "registry.example.com/team/hello";

/** All that is said about an image whose source has these files in the directory src. */
async function saidOf(
  files: Record<string, string>,
  args: Partial<GoMultiStageImageArgs> = {},
  prepare: (source: string) => void = () => undefined,
): Promise<string[]> {
  const before = process.cwd();
  const project = makeTree(
    Object.fromEntries(
      Object.entries({ "go.mod": goMod, "main.go": main, ...files }).map(([name, text]) => [
        `src/${name}`,
        text,
      ]),
    ),
  );
  prepare(path.join(project, "src"));
  process.chdir(project);
  try {
    const { logs, result } = await runProgram(
      () => {
        try {
          new GoMultiStageImage("api", { source: "src", repository, ...args });
          return [];
        } catch (error) {
          const { errors = [] } = error as { errors?: { propertyPath: string; reason: string }[] };
          return [
            (error as Error).message,
            ...errors.flatMap(({ propertyPath, reason }) => [propertyPath, reason]),
          ];
        }
      },
      { preview: true },
    );
    return [...logs, ...result];
  } finally {
    process.chdir(before);
  }
}

const cgo = { cgoEnabled: true, image: "golang:1.23-alpine" };

/** Where names of the source tree and texts of its files are said. */
const ofSource: Record<string, () => Promise<string[]>> = {
  "a file that makes the context the whole module": () =>
    saidOf(
      { [`${hostile}.go`]: 'package main\n\n// #cgo CFLAGS: -I../elsewhere\nimport "C"\n' },
      { build: cgo },
    ),
  "a file that only its owner may read": () =>
    saidOf({ [`data/${hostile}`]: "" }, { runtime: { files: ["data"] } }, (source) =>
      fs.chmodSync(path.join(source, "data", hostile), 0o600),
    ),
  "a file that looks like a secret": () =>
    saidOf(
      { [`data/${hostile}/.env`]: "" },
      { runtime: { files: [`data/${hostile.replace(/[\n\r]/g, "")}`, "data"] } },
    ),
  "an embedded file that looks like a secret": () =>
    saidOf({
      "main.go": 'package main\n\nimport _ "embed"\n\n//go:embed data\nvar data string\n\nfunc main() {}\n',
      [`data/${hostile}/id_rsa`]: "",
    }),
  "a link that leaves the module": () =>
    saidOf({ "data/x": "" }, { runtime: { files: ["data"] } }, (source) =>
      fs.symlinkSync("/etc/hostname", path.join(source, "data", hostile)),
    ),
  "a directory that is a link": () =>
    saidOf({ "data/x": "" }, { runtime: { files: ["data"] } }, (source) => {
      fs.mkdirSync(path.join(source, "data", hostile));
      fs.symlinkSync("/etc/hostname", path.join(source, "data", hostile, "y"));
    }),
  "a file that .dockerignore leaves out": () =>
    saidOf({
      "main.go": 'package main\n\nimport _ "embed"\n\n//go:embed data/*\nvar data string\n\nfunc main() {}\n',
      [`data/${hostile}`]: "",
      ".dockerignore": "data/*\n",
    }),
  "a version in go.mod": () =>
    saidOf({ "go.mod": `module example.com/hello\n\ngo 1.23FORGED\u001b[2J\u009b1m##[x]\n` }),
  "a toolchain in go.mod": () =>
    saidOf({ "go.mod": `${goMod}\ntoolchain go1.23FORGED\u001b]0;x\u0007\u202e##vso[x]\n` }),
  "an absolute path in go.mod": () =>
    saidOf({ "go.mod": `${goMod}\nreplace a.example/b => "/FORGED\u001b[2J\u202e##[x]"\n` }),
  "a module in go.mod that is not there": () =>
    saidOf({
      "go.mod": `${goMod}\nrequire a.example/FORGED\u001b[2J\u202e##[x] v1.0.0\n\nreplace a.example/FORGED\u001b[2J\u202e##[x] => ../nowhere\n`,
    }),
};

/** Texts of others that reach the exits by themselves. */
const resource = undefined as unknown as pulumi.Resource;
const ofOthers: Record<string, () => Promise<string[]> | string[]> = {
  "a message": async () =>
    (await runProgram(() => say("warn", `base image x stays, not checked: ${hostile}`, undefined))).logs,
  "each line of a message": async () =>
    (await runProgram(() => say("error", ["the build failed:", hostile, `  ${hostile}`], undefined))).logs,
  "a problem's input and reason": () => {
    const error = invalidInputs("T", hostile, [{ propertyPath: `runtime.env.${hostile}`, reason: hostile }]);
    const { errors } = error as unknown as { errors: { propertyPath: string; reason: string }[] };
    return [error.message, ...errors.flatMap(({ propertyPath, reason }) => [propertyPath, reason])];
  },
  "an output's error": () => [failure(hostile, resource).message, failure(["a", hostile], resource).message],
  "a program's error": () => [runError(hostile).message],
  "paths and an interpreter in an image": () => {
    const contents = { files: 1, executables: 1, shells: [], certificates: false, timezones: false };
    const layer = { digest: "", mediaType: "", size: 1, unpackedSize: 1, origin: "base" as const };
    const setuidFiles = [hostile];
    return imageChecks({
      user: hostile,
      timezones: false,
      layers: [
        {
          ...layer,
          contents: { ...contents, setuidFiles, program: { static: false, interpreter: hostile } },
        },
      ],
    }).map(({ detail }) => detail);
  },
  "a link in .goimage": async () => {
    const project = makeTree({ ".goimage/project/stack/api-MultiStage/f": "" });
    fs.symlinkSync("/", path.join(project, ".goimage/project/stack/api-MultiStage", hostile));
    const context = { hash: "", files: {}, entries: [] };
    const run = runProgram(() =>
      stagedContext(
        situationOf(undefined, {
          component: {
            urn: pulumi.output("urn:pulumi:stack::project::goimage:index:GoMultiStageImage::api"),
          } as pulumi.ComponentResource,
        }),
        new WorkDirectory(project),
        context,
        "MultiStage",
      ).then(
        () => assert.fail("it was staged"),
        (error: Error) => [error.message],
      ),
    );
    return (await run).result;
  },
  "a compiler's lines": async () => {
    const lines = hostile.split("\n").map((line) => `#9 0.1 ${line}`);
    const output = ["#9 [build 1/2] RUN x", ...lines, "#9 0.2 ::add-mask::FORGED", "#9 ERROR: x"].join("\n");
    const directory = makeTree({ output, docker: '#!/bin/sh\ncat "$(dirname "$0")/output"\n' });
    fs.chmodSync(path.join(directory, "docker"), 0o755);
    const before = process.env["PATH"];
    process.env["PATH"] = `${directory}:/usr/bin:/bin`;
    try {
      const build = { dockerfile: "f", context: "c", platforms: [], buildArgs: {}, secrets: {} };
      const text = await failedOutput({ ...build, builder: undefined, ssh: undefined, password: undefined });
      // Lines of the compiler's are its own.
      return [text.replaceAll("\nFORGED", "\n(FORGED")];
    } finally {
      process.env["PATH"] = before;
    }
  },
};

describe("untrusted text in goimage's messages", () => {
  before(function () {
    if (process.platform === "win32") this.skip();
  });

  for (const [what, produce] of Object.entries({ ...ofSource, ...ofOthers }))
    it(`is made harmless: ${what}`, async () => assertInert(await produce(), what));

  /** What is said of an image that is deployed, with this state of its component. */
  async function saidOfDeployed(host: string, state: object, preview: boolean): Promise<string[]> {
    const before = process.cwd();
    process.chdir(makeTree({ "src/go.mod": goMod, "src/main.go": main }));
    try {
      const digest = `sha256:${"0".repeat(64)}`;
      const ref = `${host}/hello@${digest}`;
      const deployed = { digest, ref, size: 1, layers: [], tags: [`${host}/hello:latest`], ...state };
      const program = () =>
        void new GoMultiStageImage("api", { source: "src", repository: `${host}/hello`, engine: "docker" });
      const stateOf = ({ type }: { type: string }) =>
        type.startsWith("goimage") ? deployed : { repoDigest: pulumi.runtime.unknownValue };
      return (await runProgram(program, { asEngine: true, preview, state: stateOf })).logs;
    } finally {
      process.chdir(before);
    }
  }

  it("is made harmless: a file that was deployed and is gone", async () => {
    const state = { sourceFiles: { [hostile]: "x", [`${hostile}/a/b`]: "y" }, dockerfile: "FROM scratch\n" };
    const said = await saidOfDeployed("registry.example.com", state, true);
    assertInert(said, "reasons");
    assert.match(said.join("\n"), /not rebuilt, although .*FORGED.*\(gone\)/);
  });

  it("is made harmless: what a registry says", async () => {
    const server = http.createServer((request, response) => {
      if (request.url === "/v2/") return void response.end();
      response.writeHead(403, { "content-type": "application/json" });
      response.end(JSON.stringify({ errors: [{ code: "DENIED", message: hostile }] }));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    try {
      const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
      const said = await saidOfDeployed(host, {}, false);
      assertInert(said, "the registry");
      assert.match(said.join("\n"), /warning: not checked: cannot .*403.*FORGED/);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });

  it("cannot bypass say() and errors.ts: the lint refuses Pulumi's log and errors elsewhere", async () => {
    const eslint = new ESLint({ cwd: path.join(__dirname, "../..") });
    const config = (await eslint.calculateConfigForFile("components/deploy/before/drift.ts")) as {
      rules: Record<string, unknown>;
    };
    assert.ok(config.rules["no-restricted-syntax"]);
    const plain = new ESLint({
      cwd: path.join(__dirname, "../.."),
      overrideConfigFile: true,
      overrideConfig: {
        rules: { "no-restricted-syntax": config.rules["no-restricted-syntax"] as never },
      },
    });
    const messagesOf = async (code: string) =>
      (await plain.lintText(code)).flatMap(({ messages }) => messages.map(({ ruleId }) => ruleId));
    for (const code of [
      'import * as pulumi from "@pulumi/pulumi";\npulumi.log.warn("x");',
      'import * as pulumi from "@pulumi/pulumi";\nconst { warn } = pulumi.log;',
      'import { log } from "@pulumi/pulumi";',
      'import * as pulumi from "@pulumi/pulumi";\nthrow new pulumi.RunError("x");',
      'import * as pulumi from "@pulumi/pulumi";\nthrow new pulumi.ResourceError("x", undefined);',
      'import * as pulumi from "@pulumi/pulumi";\nthrow new pulumi.InputPropertiesError({ message: "" });',
      'import { InputPropertyError } from "@pulumi/pulumi";',
    ])
      assert.deepEqual(await messagesOf(code), ["no-restricted-syntax"], code);
  });
});
