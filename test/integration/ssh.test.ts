// Private modules by SSH: a real sshd, agent, git and go command.

import assert from "node:assert/strict";
import * as path from "node:path";
import { makeTree } from "../support/module";
import { assertNowhere, loudest, placesOf } from "./support/project/canary";
import { readableBases } from "./support/images/bases";
import { builder, skipWithReason } from "./support/project/environment";
import { moduleRepository, programOf, repositoryPath } from "./support/images/gitModule";
import { golangAfter, installed } from "./support/images/images";
import { Project, run } from "./support/project/project";
import { startSshServer, type SshServer } from "./support/servers/sshServer";
import { fetchManifest } from "./support/images/registry";

describe("private modules by SSH", function () {
  this.timeout(600_000);
  let server: SshServer;
  let withSsh: string;
  let alpine: string;
  let service: Record<string, string>;

  before(async function () {
    if (process.getuid?.() !== 0) skipWithReason(this, "only root can give an SSH server a user of its own");
    const repository = await moduleRepository();
    server = await startSshServer({ [repositoryPath]: repository });
    withSsh = await golangAfter("ssh", `command -v ssh || (${installed("openssh-client", "git")})`);
    service = await programOf(repository);
    ({ alpine } = await readableBases());
  });

  after(() => server?.close());

  const program =
    (build: string, image = withSsh) =>
    (repository: string) => `
const { GoMultiStageImage } = require("goimage");
const image = new GoMultiStageImage("hello", {
  source: "hello", repository: "${repository}", builder: "${builder}",
  build: { image: "${image}", goPrivate: "127.0.0.1/*", goProxy: "off", ${build} },
  runtime: { image: "${alpine}" },
});
module.exports = { digest: image.digest, dockerfile: image.dockerfile };
`;
  const known = (line: string) => `ssh: true, sshKnownHosts: ${JSON.stringify(line)},`;
  // A name of its own gives each project empty module caches on the builder, and another go.mod steps of its own.
  const project = (text: (repository: string) => string, name: string) => {
    const unique = `ssh-${name}-${Date.now()}`;
    return new Project(
      text,
      { ...service, "hello/go.mod": `// ${unique}\n${service["hello/go.mod"]}` },
      unique,
    );
  };
  const upOf = (built: Project, agent: string, ...more: string[]) =>
    built.pulumi(["up", "--yes", "--skip-preview", ...more], { SSH_AUTH_SOCK: agent });

  it("are downloaded with the agent's key, which stays out of state, logs, context, image and layers", async () => {
    const built = project(program(known(server.knownHosts)), "good");
    const up = await upOf(built, server.agent, ...loudest);
    assert.equal(up.code, 0, up.output.slice(-3000));
    const places = await placesOf(built, up.output);
    assertNowhere(places, [...server.privateKey.split("\n").slice(1, -2), server.agent]);
    // Searched for as the key is, to know that the search finds what is there.
    assert.throws(() => assertNowhere(places, ["GIT_SSH_COMMAND"]), /a secret is in the what pulumi shows/);

    const elsewhere = built.clone();
    const socket = path.join(makeTree({}), "other.sock");
    await run("ln", ["-s", server.agent, socket], ".");
    assert.deepEqual(await elsewhere.up({ SSH_AUTH_SOCK: socket }), { same: 3 });
  });

  it("show the compiler's lines when the build fails after the download", async () => {
    const built = project(program(known(server.knownHosts)), "broken");
    built.write({ "hello/broken.go": "package main\n\nvar broken = gopher\n" });
    const { code, output } = await upOf(built, server.agent);
    assert.notEqual(code, 0);
    // Not in the provider's progress, which passes by, but in the error that stays.
    assert.match(
      output,
      /error: the build failed:\n\s+# example\.com\/hello\n\s+\.\/broken\.go:3:14: undefined: gopher/,
    );
  });

  it("are not downloaded from a host with another key", async () => {
    const other = makeTree({});
    await run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", "key"], other);
    const key = (await run("cut", ["-d", " ", "-f", "1,2", "key.pub"], other)).output.trim();
    const built = project(program(known(`[127.0.0.1]:${server.port} ${key}`)), "other-key");
    const { code, output } = await upOf(built, server.agent);
    assert.notEqual(code, 0);
    assert.match(output, /Host key verification failed/);
    assert.equal(await fetchManifest(built.repository, "latest"), undefined);
  });

  it("need an agent, and the error says so", async () => {
    const built = project(program(known(server.knownHosts)), "no-agent");
    const { code, output } = await upOf(built, "");
    assert.notEqual(code, 0);
    assert.match(output, /build\.ssh: needs an SSH agent[^]*SSH_AUTH_SOCK/);
  });

  it("need an SSH client in the build image, and the error says so", async () => {
    const without = await golangAfter("without-ssh", "rm -f /usr/bin/ssh");
    const { code, output } = await upOf(
      project(program(known(server.knownHosts), without), "no-client"),
      server.agent,
    );
    assert.notEqual(code, 0);
    assert.match(output, /ssh: not found/);
  });
});
