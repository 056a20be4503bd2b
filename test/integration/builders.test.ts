// Builders of several machines, behind mutual TLS, and builders that cannot be used.

import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { which } from "../../tools/setup/exec";
import { helloFiles, inHello, makeTree } from "../support/module";
import { alpineHasArm64 } from "./support/images/alpine";
import { makeAuthority } from "../support/authority";
import { startBuildkitd, withBuilders, type Buildkitd } from "./support/servers/buildkitds";
import { engines, skipWithReason } from "./support/project/environment";
import { Project } from "./support/project/project";
import { fetchManifest } from "./support/images/registry";
import { freePort } from "./support/servers/freePort";

const files = inHello(helloFiles);
const program =
  (builder: string | undefined, more = "") =>
  (repository: string) => `
const { GoMultiStageImage } = require("goimage");
const image = new GoMultiStageImage("hello", { source: "hello", repository: "${repository}",
  engine: "buildkit", ${builder === undefined ? "" : `builder: "${builder}",`} ${more} });
exports.digest = image.digest;
`;
const upNow = ["up", "--yes", "--skip-preview"];
const digestOf = async (project: Project) => (await project.outputs<{ digest: string }>()).digest;

describe("builders", function () {
  this.timeout(600_000);
  const running: Buildkitd[] = [];
  const start = async (...given: Parameters<typeof startBuildkitd>) => {
    const daemon = await startBuildkitd(...given);
    running.push(daemon);
    return daemon;
  };

  before(function () {
    if (!engines.includes("buildkit")) skipWithReason(this, "there is no builder");
    if (process.platform !== "linux" || process.getuid?.() !== 0 || which("buildkitd") === undefined)
      skipWithReason(this, "starting builders takes root on Linux, and buildkitd");
  });
  afterEach(async () => {
    for (const daemon of running.splice(0)) await daemon.stop();
  });

  it("on two machines build one platform each, with the same digest as one machine", async function () {
    if (!(await alpineHasArm64())) skipWithReason(this, "alpine is not there for arm64");
    const one = await start();
    // As a machine of arm64 would be, but for its processor.
    const other = await start(["--oci-worker-platform=linux/amd64", "--oci-worker-platform=linux/arm64"]);
    const env = await withBuilders({
      pair: [
        { endpoint: one.endpoint, platform: "linux/amd64" },
        { endpoint: other.endpoint, platform: "linux/arm64" },
      ],
      single: [{ endpoint: other.endpoint }],
    });
    const platforms = 'platforms: ["linux/amd64", "linux/arm64"],';
    const project = new Project(program("pair", platforms), files);
    await project.up(env);
    assert.ok((await one.records()) > 0 && (await other.records()) > 0);
    const served = await fetchManifest(project.repository, "latest");
    assert.equal(served?.digest, await digestOf(project));
    assert.deepEqual(await project.up(env), { same: 3 });
    const state = await project.state();
    for (const daemon of [one, other]) assert.ok(!state.includes(daemon.endpoint));

    const alone = new Project(program("single", platforms), files);
    await alone.up(env);
    assert.equal(await digestOf(alone), await digestOf(project));
  });

  it("behind mutual TLS need the client's certificate, and the error says so", async () => {
    const authority = makeAuthority();
    const stranger = makeAuthority();
    const place = (owner: typeof authority) =>
      makeTree({
        "cert.pem": owner.server.cert,
        "key.pem": owner.server.key,
        "ca.pem": authority.certificate,
      });
    const [own, other] = [place(authority), place(stranger)];
    const endpoint = `tcp://127.0.0.1:${await freePort()}`;
    const file = (directory: string, name: string) => path.join(directory, `${name}.pem`);
    const daemon = await start(
      ["ca", "cert", "key"].map((name) => `--tls${name === "ca" ? "cacert" : name}=${file(own, name)}`),
      {
        endpoint,
        tls: ["--tlscacert", file(own, "ca"), "--tlscert", file(own, "cert"), "--tlskey", file(own, "key")],
      },
    );
    const options = (directory: string) => ({
      ...{ cacert: file(directory, "ca"), cert: file(directory, "cert"), key: file(directory, "key") },
      servername: "localhost",
    });
    const node = (directory: string) => [{ endpoint: daemon.endpoint, options: options(directory) }];
    const env = await withBuilders({ secure: node(own), refused: node(other) });
    const project = new Project(program("secure"), files);
    await project.up(env);
    assert.ok((await digestOf(project)).startsWith("sha256:"));

    const refused = new Project(program("refused"), files);
    const { code, output } = await refused.pulumi(upNow, env);
    assert.notEqual(code, 0);
    assert.match(
      output,
      /error: the builder refused cannot be reached: TLS with tcp:\S+ fails \(ERR_SSL_\w+\)\. Check cacert, cert, key/,
    );
    fs.rmSync(file(other, "key"));
    const missing = await refused.pulumi(upNow, env);
    assert.match(
      missing.output,
      /error: the builder refused cannot be reached: its key \S+ cannot be read \(ENOENT\)/,
    );
  });

  it("that are missing cause one error before a build, and none when there is nothing to build", async () => {
    const endpoint = `tcp://127.0.0.1:${await freePort()}`;
    const env = await withBuilders({ away: [{ endpoint }] });
    for (const [name, message] of [
      [
        "nobody",
        /error: there is no builder nobody on this machine \(docker buildx ls lists away\): make it with /,
      ],
      [
        "away",
        /error: the builder away cannot be reached: nothing answers at tcp:\S+ \(ECONNREFUSED\)\. Start /,
      ],
    ] as const) {
      const project = new Project(program(name), files);
      const preview = await project.pulumi(["preview"], env);
      assert.equal(preview.code, 0, preview.output);
      const { code, output } = await project.pulumi(upNow, env);
      assert.notEqual(code, 0);
      assert.match(output, message);
      const [, shown = ""] = output.split("Diagnostics:");
      assert.equal(shown.match(/error: /g)?.length, 1, output);
      assert.doesNotMatch(output, /docker-build:index:Image/);
      assert.equal(await fetchManifest(project.repository, "latest"), undefined);
    }
    const daemon = await start();
    const project = new Project(program("gone"), files);
    await project.up(await withBuilders({ gone: [{ endpoint: daemon.endpoint }] }));
    assert.deepEqual(await project.up(await withBuilders({})), { same: 3 });
  });

  it("are started by docker-build when there is none, with a warning", async () => {
    const project = new Project(program(undefined), files);
    // No engine to start it on: what follows the message is the provider's error.
    const env = { ...(await withBuilders({})), DOCKER_HOST: "unix:///nonexistent.sock" };
    const { code, output } = await project.pulumi(upNow, env);
    assert.notEqual(code, 0);
    assert.match(
      output,
      /warning: the input builder is not set, and docker buildx has no builder here: the docker-build provider starts one/,
    );
  });
});
