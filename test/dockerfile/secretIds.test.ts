// The ids of secrets and of the SSH agent: which steps have them, and that nobody can guess them.

import assert from "node:assert/strict";
import * as fc from "fast-check";
import {
  basesOf,
  pinsFor,
  render,
  secretValues,
  seedDockerfile,
  sshId,
  type Pins,
  type Plan,
} from "../../components/dockerfile";
import { linesOf } from "../support/dockerfileText";
import { examplePlan } from "../support/plan";

const digest = (letter: string) => `sha256:${letter.repeat(64)}`;
const access = {
  netrc: "machine a login b password c",
  caCertificates: "pem",
  ssh: true,
  goPrivate: "a.example.com",
  sshKnownHosts: "a.example.com ssh-rsa A",
};
const flag = fc.boolean();
/** Of every kind of Dockerfile that has secrets. */
const plans = fc
  .record({
    single: flag,
    given: fc.subarray(Object.keys(access) as (keyof typeof access)[]),
    packages: flag,
    smokeTest: flag,
    files: flag,
    volumes: flag,
    cache: flag,
    scratch: flag,
    several: flag,
    odd: flag,
    workspace: flag,
    cgo: flag,
  })
  .map((chosen): Plan => {
    const { service } = examplePlan();
    const moduleFiles = [
      "go.mod",
      "go.sum",
      ...(chosen.odd ? ["we[ird/go.mod"] : []),
      ...(chosen.workspace ? ["go.work"] : []),
    ];
    const plan = examplePlan({
      ...(chosen.smokeTest ? { smokeTest: {} } : {}),
      ...(chosen.cache ? { cache: {} } : {}),
      platforms: chosen.several ? ["linux/amd64", "linux/arm64"] : ["linux/amd64"],
      engine: "buildkit",
      build: {
        ...Object.fromEntries(chosen.given.map((input) => [input, access[input]])),
        cgoEnabled: chosen.cgo,
      },
      runtime: {
        ...(chosen.scratch ? { image: "scratch" } : {}),
        packages: chosen.packages && !chosen.scratch ? ["curl"] : [],
        files: chosen.files ? ["a"] : [],
        volumes: chosen.volumes ? ["/data"] : [],
      },
      service: { ...service, moduleFiles },
    });
    return chosen.single
      ? { ...plan, spec: { ...plan.spec, recipe: "singleStage", cache: undefined } }
      : plan;
  });

const knownPins = (plan: Plan): Pins =>
  pinsFor(plan, Object.fromEntries(basesOf(plan).map(({ image }, n) => [image, digest("ab"[n] ?? "c")])));
const isOdd = ({ service }: Plan) => service.moduleFiles.some((file) => file.includes("["));
const idsOf = ({ spec: { build } }: Plan, { idSuffix }: Pins) => [
  ...Object.keys(secretValues(build, idSuffix)),
  ...(build.ssh ? [sshId(idSuffix)] : []),
];

describe("ids of secrets", () => {
  it("appear only in the download step, and those of certificates in the apk step too", () => {
    fc.assert(
      fc.property(plans, (plan) => {
        const pins = knownPins(plan);
        const ids = idsOf(plan, pins);
        const image = render(plan, pins).text;
        for (const text of [image, seedDockerfile(plan, ["fmt"], pins)]) {
          const lines = linesOf(text);
          const named = lines.filter(
            (line) => ids.some((id) => line.includes(id)) || line.includes(pins.idSuffix),
          );
          // The step that takes modules from a seed has none of the ids: what strangers made is in it.
          const downloads = lines.filter(
            (line) => line.includes("go mod download") && !line.includes("type=bind,from=seed"),
          );
          // A seed of files that cannot be copied by name downloads nothing.
          assert.equal(downloads.length, text === image || !isOdd(plan) ? 1 : 0);
          for (const id of ids)
            assert.equal(downloads.filter((line) => line.includes(`id=${id},`)).length, downloads.length);
          const others = named.filter((line) => !downloads.includes(line));
          for (const line of others) {
            assert.match(
              line,
              /^RUN --mount=type=secret,id=goimage-ca-[0-9a-f]{32},target=\S+ if \[.* apk add /,
            );
            assert.equal(line.split(pins.idSuffix).length, 2);
          }
          // No mount has an id that follows from nothing, or none.
          for (const [mount] of text.matchAll(/--mount=type=(?:secret|ssh)\S*/g))
            assert.ok(
              ids.some((id) => mount.includes(`,id=${id},`)),
              mount,
            );
        }
      }),
      { numRuns: 300 },
    );
  });

  it("depend on the digest of every base image", () => {
    const plan = examplePlan({ build: access });
    const [golang = "", alpine = ""] = basesOf(plan).map(({ image }) => image);
    const suffix = (digests: Record<string, string>) => pinsFor(plan, digests).idSuffix;
    const one = suffix({ [golang]: digest("a"), [alpine]: digest("b") });
    assert.match(one, /^-[0-9a-f]{32}$/);
    assert.equal(suffix({ [alpine]: digest("b"), [golang]: digest("a") }), one);
    const others = [
      { [golang]: digest("c"), [alpine]: digest("b") },
      { [golang]: digest("a"), [alpine]: digest("c") },
      { [golang]: digest("b"), [alpine]: digest("a") },
    ];
    assert.equal(new Set([one, ...others.map(suffix)]).size, 4);
  });

  it("have no suffix while a base image's digest is unknown", () => {
    const plan = examplePlan({ build: access });
    const [golang = ""] = basesOf(plan).map(({ image }) => image);
    for (const digests of [{}, { [golang]: digest("a") }]) {
      assert.equal(pinsFor(plan, digests).idSuffix, "");
      const { text } = render(plan, pinsFor(plan, digests));
      assert.match(text, /--mount=type=secret,id=goimage-netrc,target=/);
      assert.match(text, /--mount=type=ssh,required=true \\$/m);
    }
  });

  it("depend on a digest in the image's name, and ignore scratch", () => {
    const image = `registry.example.com/golang@${digest("a")}`;
    const named = examplePlan({ build: { ...access, image }, runtime: { image: "scratch" } });
    assert.match(pinsFor(named, {}).idSuffix, /^-[0-9a-f]{32}$/);
  });
});

describe("labels of base images", () => {
  it('are set when baseImages is "pin" or "follow", and not for "tag"', () => {
    const labels = (baseImages: string) => {
      const plan = examplePlan({ baseImages });
      const digests = Object.fromEntries(basesOf(plan).map(({ image }) => [image, digest("a")]));
      const { text } = render(plan, pinsFor(plan, digests));
      assert.ok(text.includes(`FROM alpine:3.20.3@${digest("a")} AS app\n`));
      return text.split("\n").filter((line) => line.includes("image.base.")).length;
    };
    assert.deepEqual(["tag", "pin", "follow"].map(labels), [0, 2, 2]);
  });
});
