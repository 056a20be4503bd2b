// A canary in every place that a secret may enter, and a search in every place that it must not reach: see
// test/secrets.md. Secrets of module downloads have theirs in reach.test.ts.

import assert from "node:assert/strict";
import * as crypto from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import * as zlib from "node:zlib";
import { helloFiles, inHello } from "../support/module";
import { engineFields, engines, registry } from "./support/project/environment";
import { startLoginProxy, type LoginProxy } from "./support/servers/loginProxy";
import { Project } from "./support/project/project";
import { fetchBlob, fetchManifest } from "./support/images/registry";

const canary = () => `canary-${crypto.randomBytes(8).toString("hex")}`;
const hello = inHello(helloFiles);
const everyLog = ["--logtostderr", "-v=11", "--logflow"];

/** All files below a directory as one text. */
function everything(directory: string): string {
  const entries = fs.readdirSync(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return files.map((entry) => fs.readFileSync(path.join(entry.parentPath, entry.name), "latin1")).join("\n");
}

/** True for a line of the event log that is one of Pulumi's own traces. */
function isTrace(event: string): boolean {
  return event.includes('"severity":"debug"');
}

/** The forms in which a secret could be written. */
function forms(secret: string, username = "robot"): string[] {
  const base64 = (text: string) => Buffer.from(text).toString("base64").replace(/=+$/, "");
  return [secret, base64(secret), base64(`${username}:${secret}`)];
}

for (const engine of engines) {
  describe(`the registry's password, with engine ${engine}`, function () {
    this.timeout(600_000);
    const password = canary();
    let proxy: LoginProxy;
    let project: Project;
    let places: Record<string, string>;

    const program = (more: string) => (repository: string) => `
      const { GoMultiStageImage } = require("goimage");
      const image = new GoMultiStageImage("hello", {
        source: "hello", ${engineFields(engine)}
        repository: "${proxy.registry}${repository.slice(registry.length)}",
        registry: { username: "robot", password: process.env.CANARY }, ${more}
      });
      const { checks, layers, ref, sourceFiles, tags, dockerfile, sizeSummary } = image;
      module.exports = { checks, layers, ref, sourceFiles, tags, dockerfile, sizeSummary };`;

    before(async () => {
      proxy = await startLoginProxy("robot", password);
      project = new Project(program(""), hello);
      // Pulumi's own traces at these verbosities have the inputs of resources in the clear, which its documentation
      // says; what a component, a provider or an engine tells the user are the events.
      const events = path.join(project.directory, "all-events.json");
      const up = await project.pulumi(["up", "--yes", "--diff", ...everyLog, "--event-log", events], {
        CANARY: password,
      });
      assert.equal(up.code, 0, up.output.slice(-5000));
      const told = fs.readFileSync(events, "utf8").split("\n");
      project.write({ "hello/more.go": "package main\n" });
      const edit = await project.pulumi(["up", "--yes", "--diff"], { CANARY: password });
      assert.equal(edit.code, 0, edit.output);
      assert.ok(proxy.admitted() > 0);
      const served = await fetchManifest(project.repository, "latest");
      assert.ok(served);
      const blobs = [served.manifest.config, ...served.manifest.layers].map(async ({ digest }) => {
        const blob = await fetchBlob(project.repository, digest);
        return (blob[0] === 0x1f ? zlib.gunzipSync(blob) : blob).toString("latin1");
      });
      const clear = await project.pulumi(["stack", "output", "--json", "--show-secrets"]);
      places = {
        "messages and resources at the highest verbosity": told.filter((event) => !isTrace(event)).join("\n"),
        "what pulumi up shows": edit.output,
        state: await project.state(),
        "files of the state": everything(path.join(project.directory, ".state")),
        outputs: clear.output,
        "context and Dockerfile": everything(path.join(project.directory, ".goimage")),
        manifest: JSON.stringify(served.manifest),
        "config with history, and layers": (await Promise.all(blobs)).join("\n"),
      };
    });

    after(() => proxy?.close());

    it("is in no log, state, output, context, config, history or layer, even when given as a plain string", () => {
      for (const [place, content] of Object.entries(places)) {
        assert.ok(content.length > 100, `there is nothing to search in the ${place}`);
        for (const form of forms(password)) {
          const at = content.indexOf(form);
          assert.ok(
            at < 0,
            `in the ${place}: ...${content.slice(Math.max(0, at - 300), Math.max(0, at) + 60)}...`,
          );
        }
      }
    });

    it("is encrypted in the state", async () => {
      const { output } = await project.pulumi(["stack", "export", "--show-secrets"]);
      assert.ok(output.includes(password));
    });

    // A Docker Engine tries for a minute when it is refused, and says the same each time.
    if (engine === "docker") return;

    it("is not in the error about a wrong password", async () => {
      const wrong = canary();
      project.write({ "hello/more.go": "package main\n\n" });
      const { code, output } = await project.pulumi(["up", "--yes", "--skip-preview"], { CANARY: wrong });
      assert.notEqual(code, 0);
      for (const form of forms(wrong)) assert.ok(!output.includes(form), output);
      assert.ok(!(await project.state()).includes(wrong));
    });
  });
}

describe("secrets in inputs that end up in the image", function () {
  this.timeout(120_000);

  it("are refused by name before a build, and are in no message, log, state or context", async () => {
    const secret = canary();
    const late = "pulumi.secret(process.env.CANARY)";
    const project = new Project(
      (repository) => `const { GoMultiStageImage } = require("goimage");
       const pulumi = require("@pulumi/pulumi");
       new GoMultiStageImage("hello", {
         source: "hello", repository: "${repository}",
         build: { env: { A: ${late} }, flags: [${late}], ldflags: [${late}], buildTags: [${late}], goProxy: ${late}, goPrivate: ${late} },
         runtime: { env: { B: ${late}, KEY: "-----BEGIN PRIVATE KEY-----\\n" + process.env.CANARY }, labels: { c: ${late} },
           command: [${late}], entrypoint: [${late}], healthcheck: { command: [${late}] }, files: [${late}] },
       });`,
      hello,
    );
    const { code, output } = await project.pulumi(["up", "--yes", "--skip-preview", ...everyLog], {
      CANARY: secret,
    });
    assert.notEqual(code, 0);
    const fields = [
      ...[
        "build.env.A",
        "build.flags[0]",
        "build.ldflags[0]",
        "build.buildTags[0]",
        "build.goProxy",
        "build.goPrivate",
      ],
      ...[
        "runtime.env.B",
        "runtime.env.KEY",
        "runtime.labels.c",
        "runtime.command[0]",
        "runtime.entrypoint[0]",
      ],
      ...["runtime.healthcheck.command[0]", "runtime.files[0]"],
    ];
    for (const field of fields) assert.ok(output.includes(`${field}: `), field);
    assert.match(output, new RegExp(`${fields.length} inputs are not valid; nothing was built`));
    const context = path.join(project.directory, ".goimage");
    const places = { output, state: everything(path.join(project.directory, ".state")) };
    for (const [place, content] of Object.entries(places))
      for (const form of forms(secret)) assert.ok(!content.includes(form), `in the ${place}`);
    assert.ok(!fs.existsSync(context));
    assert.equal(await fetchManifest(project.repository, "latest"), undefined);
  });
});
