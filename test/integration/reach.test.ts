// Private modules behind a company's proxy: the credentials reach the download and nothing else.

import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import * as zlib from "node:zlib";
import { makeTree } from "../support/module";
import { builder } from "./support/environment";
import { startPrivateProxy, type PrivateProxy } from "./support/privateProxy";
import { Project, run } from "./support/project";
import { fetchBlob, fetchManifest } from "./support/registry";

const password = "canary-9d1f4c77";

const service = {
  "hello/go.mod": "module example.com/hello\n\ngo 1.23\n\nrequire github.com/google/uuid v1.6.0\n",
  "hello/go.sum": `github.com/google/uuid v1.6.0 h1:NIvaJDMOsjHA8n1jAhLSgzrAzy1Hgr+hNrb57e+94F0=
github.com/google/uuid v1.6.0/go.mod h1:TIyPZe4MgqvfeYDBFedMoGGpEw/LqOeaOT+nhxU+yHo=
`,
  "hello/main.go":
    'package main\n\nimport "github.com/google/uuid"\n\nfunc main() { println(uuid.Nil.String()) }\n',
};

describe("private modules behind a company's proxy", function () {
  this.timeout(300_000);
  let proxy: PrivateProxy;

  before(async () => {
    const cache = makeTree({});
    const source = makeTree(service);
    const env = { GOMODCACHE: cache, GOFLAGS: "-modcacherw" };
    const downloaded = await run("go", ["mod", "download"], path.join(source, "hello"), env);
    assert.equal(downloaded.code, 0, downloaded.output);
    proxy = await startPrivateProxy(path.join(cache, "cache/download"), "robot", password);
  });

  after(() => proxy?.close());

  const program = (build: string) => (repository: string) => `
const { GoMultiStageImage } = require("goimage");
const { readFileSync } = require("node:fs");
const pulumi = require("@pulumi/pulumi");
const image = new GoMultiStageImage("hello", {
  source: "hello", repository: "${repository}", builder: "${builder}",
  build: { goProxy: "${proxy.url}", env: { GONOSUMDB: "*", GOFLAGS: "-mod=readonly" }, ${build} },
});
module.exports = { ref: image.ref };
`;
  const certificates = 'caCertificates: readFileSync("company.pem", "utf8"),';
  const netrc = (word: string) =>
    // The go command compares the host with its port.
    `netrc: pulumi.secret("machine ${new URL(proxy.url).host} login robot password ${word}"),`;
  // A name of its own gives each project empty module caches on the builder.
  const project = (build: string, name: string) =>
    new Project(program(build), { ...service, "company.pem": proxy.authority }, `${name}-${Date.now()}`);

  it("needs the company's certificates, and says so in the words of the go command", async () => {
    const { code, output } = await project(netrc(password), "no-ca").pulumi([
      "up",
      "--yes",
      "--skip-preview",
    ]);
    assert.notEqual(code, 0);
    assert.match(output, /certificate signed by unknown authority/);
  });

  it("needs credentials, and says so in the words of the go command", async () => {
    const { code, output } = await project(certificates, "no-netrc").pulumi([
      "up",
      "--yes",
      "--skip-preview",
    ]);
    assert.notEqual(code, 0);
    assert.match(output, /401 Unauthorized/);
  });

  it("builds with both, and leaves them in no state, log, context, image or layer", async () => {
    const built = project(certificates + netrc(password), "both");
    const up = await built.pulumi(["up", "--yes", "--diff"]);
    assert.equal(up.code, 0, up.output);
    const served = await fetchManifest(built.repository, "latest");
    assert.ok(served);
    const blobs = [served.manifest.config, ...served.manifest.layers].map(async ({ digest }) => {
      const blob = await fetchBlob(built.repository, digest);
      return blob[0] === 0x1f ? zlib.gunzipSync(blob) : blob;
    });
    const places: Record<string, string | Buffer> = {
      "what pulumi shows": up.output,
      state: await built.state(),
      "state file": everything(path.join(built.directory, ".state")),
      outputs: JSON.stringify(await built.outputs()),
      "context and Dockerfile": everything(path.join(built.directory, ".goimage")),
      "config and layers": Buffer.concat(await Promise.all(blobs)),
    };
    const canaries = [password, proxy.authority.split("\n")[3] ?? ""];
    for (const [place, content] of Object.entries(places)) {
      for (const canary of canaries) assert.ok(!content.includes(canary), `a secret is in the ${place}`);
    }
  });

  it("does not rebuild for a new password or other certificates alone", async () => {
    const first = project(certificates + netrc(password), "rotate");
    await first.up();
    first.write({ "index.js": program(netrc("another") + certificates)(first.repository) });
    assert.deepEqual(await first.up(), { same: 3 });
    assert.ok(!(await first.state()).includes("another"));
  });
});

/** All files below a directory as one text. */
function everything(directory: string): string {
  const entries = fs.readdirSync(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return files.map((entry) => fs.readFileSync(path.join(entry.parentPath, entry.name), "latin1")).join("\n");
}
