// Which digests a build takes its base images at, and whether it may, against a registry in the test's own process.

import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { askFor } from "../../components/deploy/before/ask";
import { decide } from "../../components/deploy/before/decide";
import type { Drift } from "../../components/deploy/before/drift";
import { pinsFor, render, type Plan } from "../../components/dockerfile";
import { mediaTypes } from "../../components/registry/image/manifest";
import { refuse, startRegistry, type FakeRegistry } from "../support/fakeRegistry";
import { examplePlan, type PlanChange } from "../support/plan";
import { runProgram } from "../support/program";
import { deployedAs, serveImage } from "../support/servedImage";
import { preparedOf, situationOf } from "../support/situation";

const old = `sha256:${"1".repeat(64)}`;
const netrc = { netrc: "machine a login b password c" };
const files = { "main.go": "1" };

describe("base images", () => {
  let registry: FakeRegistry;
  /** The image that compiles, and the one that ships. */
  let golang: string;
  let alpine: string;
  let current: Record<string, string>;
  beforeEach(async () => {
    registry = await startRegistry();
    golang = `${registry.host}/team/api:go`;
    alpine = `${registry.host}/team/api:3.20`;
    current = {
      [golang]: serveImage(registry, { sizes: [10], tag: "go" }),
      [alpine]: serveImage(registry, { sizes: [20], tag: "3.20" }),
    };
  });
  afterEach(() => registry.close());

  const planOf = ({ build, runtime, ...change }: PlanChange = {}): Plan =>
    examplePlan({ ...change, build: { image: golang, ...build }, runtime: { image: alpine, ...runtime } });

  /** Puts an image with such a configuration behind a tag. */
  function serve(tag: string, config: object): string {
    const bytes = Buffer.from(JSON.stringify(config));
    const described = { mediaType: "c", digest: registry.addBlob(bytes), size: bytes.length };
    const { ociManifest } = mediaTypes;
    return registry.addManifest(
      { schemaVersion: 2, mediaType: ociManifest, config: described, layers: [] },
      ociManifest,
      tag,
    );
  }

  interface Last {
    /** The Dockerfile's digests. */
    digests?: Record<string, string>;
    inspected?: Record<string, string>;
    files?: Record<string, string>;
    dockerfile?: string;
  }

  async function settled(
    plan: Plan,
    last?: Last,
    more: { asEngine?: boolean; drift?: Drift; login?: object } = {},
  ) {
    const { digests = {} } = last ?? {};
    const pins = pinsFor(plan, digests);
    const state = last && {
      ...deployedAs(registry, old),
      ...{ baseImages: digests, inspectedBases: last.inspected, sourceFiles: last.files ?? files },
      dockerfile: last.dockerfile ?? render(plan, pins).text,
    };
    const asEngine = more.asEngine ?? true;
    const { result, logs } = await runProgram(
      async () => {
        const run = situationOf(state, { mode: asEngine ? "update" : "test" });
        const prepared = preparedOf(
          plan,
          { registry, files, access: more.login ?? {} },
          { drift: pulumi.output(more.drift) },
        );
        let isBuilt = true;
        const decision = await decide(run, prepared, {
          ...askFor(run, prepared, undefined),
          startPlugin: () => void (isBuilt = false),
          builderProblem: () => Promise.resolve(undefined),
        });
        const { pins, inspectedBases: inspected, refusal } = decision;
        return { pins, inspected, refused: refusal?.message, isBuilt };
      },
      { asEngine },
    );
    return { ...result, logs };
  }

  const hiding = () => {
    registry.intercept = (_request, response, { url }) =>
      url.includes("manifests") && refuse(response, 403, "DENIED", "no");
  };
  const both = () => ({ [golang]: old, [alpine]: old });

  it("cause no request in a unit test", async () => {
    const { pins } = await settled(planOf(), undefined, { asEngine: false });
    assert.deepEqual(pins, { digests: {}, idSuffix: "" });
    assert.deepEqual(registry.seen, []);
  });

  for (const mode of ["tag", "pin", "follow"] as const) {
    it(`are resolved to their current digests in the first build: ${mode}`, async () => {
      const { pins, refused, logs, inspected } = await settled(planOf({ baseImages: mode }));
      assert.deepEqual([pins.digests, refused, logs], [current, undefined, []]);
      assert.deepEqual(inspected, {
        [current[golang] ?? ""]: "builder",
        [current[alpine] ?? ""]: "linux/amd64",
      });
    });
  }

  it("cause no request when they are named by tag and nothing has changed", async () => {
    for (const last of [{ digests: both() }, { digests: {} }, { digests: { [golang]: old } }]) {
      const plan = planOf({ build: netrc });
      const { pins, isBuilt, refused } = await settled(plan, last);
      assert.deepEqual([pins.digests, isBuilt, refused], [last.digests, false, undefined]);
    }
    assert.deepEqual(registry.seen, []);
  });

  it("are resolved again for every build: changed files, a changed Dockerfile, a lost image", async () => {
    const digests = both();
    for (const last of [
      { digests, files: { "main.go": "2" } },
      { digests, dockerfile: "FROM other\n" },
    ]) {
      const { pins, isBuilt } = await settled(planOf(), last);
      assert.deepEqual([pins.digests, isBuilt], [current, true]);
    }
    const tags = [{ tag: "latest", digest: undefined }];
    const lost = await settled(planOf(), { digests }, { drift: { tags, imageGone: true } });
    assert.deepEqual(lost.pins.digests, current);
    const served = await settled(planOf(), { digests }, { drift: { tags, imageGone: false } });
    assert.deepEqual(served.pins.digests, digests);
  });

  it("are inspected once per purpose: the state remembers the result", async () => {
    const inspected = { [current[golang] ?? ""]: "builder", [current[alpine] ?? ""]: "linux/amd64" };
    const last = { digests: current, inspected, files: {} };
    const first = await settled(planOf(), last);
    assert.deepEqual([first.inspected, first.pins.digests], [inspected, current]);
    assert.equal(registry.count("GET", "blobs"), 0);
    await settled(planOf({ platforms: ["linux/amd64", "linux/386"] }), last);
    assert.equal(registry.count("GET", "blobs"), 1);
  });

  it("give secrets ids that depend on every base image's digest and not on the secrets", async () => {
    const ids = async (build: object) => (await settled(planOf({ build }))).pins.idSuffix;
    const id = await ids(netrc);
    assert.match(id, /^-[0-9a-f]{32}$/);
    assert.equal(await ids({ netrc: "machine a login b password d" }), id);
    serve("3.20", { os: "linux", architecture: "amd64", created: "later" });
    assert.notEqual(await ids(netrc), id);
  });

  it("stay pinned when the tag has moved, and an info says so", async () => {
    const { pins, logs } = await settled(planOf({ baseImages: "pin" }), {
      digests: { ...current, [alpine]: old },
    });
    assert.equal(pins.digests[alpine], old);
    assert.deepEqual(logs, [
      `info: base image ${alpine} has moved to ${current[alpine]}; pinned at ${old} until baseImages is "follow"`,
    ]);
  });

  it('move to the tag\'s current digest with baseImages "follow"', async () => {
    const { pins, isBuilt, logs } = await settled(planOf({ baseImages: "follow" }), { digests: both() });
    assert.deepEqual([pins.digests, logs], [current, []]);
    assert.equal(isBuilt, false, "the digests of now play no part in what is known at once");
  });

  for (const mode of ["tag", "pin", "follow"] as const) {
    it(`keep their digests when the tag is gone: ${mode}`, async () => {
      registry.manifests.delete("3.20");
      const known = {
        digests: { ...current, [alpine]: old },
        inspected: { [old]: "linux/amd64" },
        files: {},
      };
      const { pins, logs, refused } = await settled(planOf({ baseImages: mode }), known);
      assert.deepEqual([pins.digests[alpine], refused], [old, undefined]);
      assert.match(logs.join(), /^info: base image \S+ is gone; (pinned|it stays) at sha256:1111/);
    });

    it(`keep their digests when the registry refuses, and a message says so: ${mode}`, async () => {
      hiding();
      const inspected = { [old]: "linux/amd64", [current[golang] ?? ""]: "builder" };
      const known = { digests: { ...current, [alpine]: old }, inspected, files: {} };
      const { pins, logs, refused } = await settled(planOf({ baseImages: mode, build: netrc }), known);
      assert.deepEqual([pins.digests, refused], [known.digests, undefined]);
      const level = mode === "tag" ? "info" : "warning";
      assert.match(
        logs.join(),
        new RegExp(`${level}: base image \\S+ stays at sha256:1+; it could not be checked: .*DENIED: no`),
      );
    });
  }

  for (const mode of ["pin", "follow"] as const) {
    it(`fail the update when their digests cannot be found, naming the inputs: ${mode}`, async () => {
      hiding();
      const { refused } = await settled(planOf({ baseImages: mode }));
      assert.match(refused ?? "", /^GoMultiStageImage "api": 2 inputs are not valid; nothing was built/);
      for (const input of ["build.image", "runtime.image"])
        assert.match(
          refused ?? "",
          new RegExp(`${input}: \\S+ has no known digest, which baseImages "${mode}" needs: .*DENIED: no`),
        );
    });
  }

  it("are used by tag when they cannot be read, with one info for each", async () => {
    hiding();
    const { pins, refused, logs } = await settled(planOf());
    assert.deepEqual([pins, refused], [{ digests: {}, idSuffix: "" }, undefined]);
    assert.deepEqual(
      logs.map((log) => log.replace(/: cannot.*/, "")),
      [golang, alpine].map(
        (image) =>
          `info: base image ${image} could not be read, so its ONBUILD instructions and platforms are not known`,
      ),
    );
    registry.intercept = undefined;
    registry.manifests.delete("3.20");
    assert.match((await settled(planOf())).logs.join(), /has no tag 3\.20$/);
  });

  for (const [what, build, secrets] of [
    ["netrc", netrc, "build\\.netrc"],
    ["the SSH agent", { ssh: true, sshKnownHosts: "a ssh-ed25519 AAAA" }, "build\\.ssh"],
  ] as const) {
    it(`fail a build with ${what} when they cannot be read`, async () => {
      hiding();
      const { refused, logs } = await settled(planOf({ build }));
      for (const input of ["build.image", "runtime.image"])
        assert.match(
          refused ?? "",
          new RegExp(
            `${input}: \\S+ cannot be read from this machine.* would take ${secrets}: .*DENIED: no.*mirror`,
          ),
        );
      assert.deepEqual(logs, []);
    });
  }

  it("are pinned as written when they are named by digest and cannot be read", async () => {
    hiding();
    const named = (image: string) => `${image}@${old}`;
    const plan = planOf({
      ...{ baseImages: "pin", build: { image: named(golang) }, runtime: { image: named(alpine) } },
    });
    const { pins, refused, logs } = await settled(plan);
    assert.deepEqual([pins.digests, refused, logs.length], [{}, undefined, 2]);
    assert.match(pins.idSuffix, /^-[0-9a-f]{32}$/);
  });

  it("may be unreadable when the build has only certificates, which are public", async () => {
    hiding();
    assert.equal((await settled(planOf({ build: { caCertificates: "x" } }))).refused, undefined);
  });

  it("are read with the image's own login when they are in its registry", async () => {
    const login = { username: "robot", password: "opensesame" };
    registry.intercept = (request, response) => {
      if (request.headers.authorization !== undefined) return false;
      response.writeHead(401, { "www-authenticate": "Basic realm=x" }).end();
      return true;
    };
    const refused = async (change: object, given: object) =>
      (await settled(planOf({ build: netrc, ...change }), undefined, { login: given })).refused;
    assert.equal(await refused({ registry: login }, login), undefined);
    assert.match((await refused({}, {})) ?? "", /no credentials were found/);
    assert.ok(!JSON.stringify(await refused({}, login)).includes("opensesame"));
  });

  it("with ONBUILD instructions are refused together, naming each input", async () => {
    serve("3.20", {
      os: "linux",
      architecture: "amd64",
      config: { OnBuild: ["RUN steal\u001b[31m", "USER 0"] },
    });
    serve("go", { os: "linux", architecture: "amd64", config: { OnBuild: [`RUN ${"x".repeat(500)}`] } });
    const { refused = "" } = await settled(planOf());
    const [head, first = "", second = "", ...more] = refused.split("\n");
    assert.equal(head, 'GoMultiStageImage "api": 2 inputs are not valid; nothing was built.');
    assert.match(first, /^ {2}build\.image: \S+:go has ONBUILD instructions, .*ONBUILD RUN x+\.\.\./);
    assert.match(
      second,
      /^ {2}runtime\.image: \S+:3\.20 has ONBUILD instructions, .*ONBUILD RUN steal and 1 more\. Choose/,
    );
    assert.deepEqual(more, []);
    assert.ok(refused.length < 1000);
  });

  it("with ONBUILD instructions are refused even when the input names a digest", async () => {
    const digest = serve("x", { config: { OnBuild: ["RUN a"] } });
    const image = `${registry.host}/team/api@${digest}`;
    const { refused } = await settled(planOf({ runtime: { image } }));
    assert.match(refused ?? "", /runtime\.image: \S+@sha256:\w+ has ONBUILD instructions/);
  });

  it("with ONBUILD instructions are refused for GoSingleStageImage", async () => {
    serve("go", { config: { OnBuild: ["RUN a"] } });
    const plan = planOf();
    const single = { ...plan, spec: { ...plan.spec, recipe: "singleStage" as const } };
    assert.match(
      (await settled(single)).refused ?? "",
      /^GoMulti.*1 input is[^]*build\.image: \S+:go has ONBUILD instructions/,
    );
  });

  it("for another platform are refused before anything is built", async () => {
    serve("3.20", { os: "linux", architecture: "amd64" });
    const { refused = "" } = await settled(planOf({ platforms: ["linux/arm64"] }));
    assert.match(
      refused,
      /runtime\.image: \S+:3\.20 is available for linux\/amd64, not for linux\/arm64\. Choose an image for that platform/,
    );
    // What compiles runs on the builder, whose platform nobody knows here.
    serve("go", { os: "linux", architecture: "s390x" });
    assert.doesNotMatch((await settled(planOf())).refused ?? "", /build\.image/);
    serve("go", { os: "windows", architecture: "amd64" });
    assert.match(
      (await settled(planOf())).refused ?? "",
      /build\.image: \S+:go is available for windows\/amd64, not for Linux/,
    );
    const plan = planOf();
    const single = { ...plan, spec: { ...plan.spec, recipe: "singleStage" as const } };
    serve("go", { os: "linux", architecture: "arm64" });
    assert.match(
      (await settled(single)).refused ?? "",
      /build\.image: \S+:go is available for linux\/arm64, not for linux\/amd64/,
    );
  });

  it("are refused when their manifest is ambiguous", async () => {
    const config = Buffer.from("{}");
    const described = { mediaType: "c", digest: registry.addBlob(config), size: 2 };
    const { ociManifest } = mediaTypes;
    const document = {
      schemaVersion: 2,
      mediaType: ociManifest,
      config: described,
      layers: [],
      Config: described,
    };
    registry.addManifest(document, ociManifest, "3.20");
    const { refused } = await settled(planOf());
    assert.match(
      refused ?? "",
      /runtime\.image: \S+ cannot be trusted: the manifest of \S+ has Config twice/,
    );
  });
});
