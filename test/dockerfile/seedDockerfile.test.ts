// The Dockerfile of a seed, and how an image's begins with one.

import assert from "node:assert/strict";
import { aboutSeed, seedDockerfile } from "../../components/dockerfile";
import { linesOf } from "../support/dockerfileText";
import { examplePlan, fastWith } from "../support/plan";

const seedOf = (change: Parameters<typeof examplePlan>[0] = {}, imports = ["fmt", "example.com/x"]) =>
  linesOf(seedDockerfile(examplePlan({ cache: {}, ...change }), imports));

describe("a Dockerfile that starts from a seed", () => {
  const plain = linesOf(fastWith({}).text);
  const seeded = linesOf(fastWith({ cache: {} }).text);

  it("has a stage for the seed, which is empty unless a build argument names one", () => {
    assert.deepEqual(seeded.slice(0, 2), ["ARG GOIMAGE_SEED=scratch", "FROM ${GOIMAGE_SEED} AS seed"]);
  });

  it("differs only in the golang image, one more step and the mounts of the cache", () => {
    const rest = seeded.slice(2).filter((line) => !line.includes("target=/seed"));
    assert.equal(seeded.length, rest.length + 3);
    assert.equal(rest[0], "FROM --platform=$BUILDPLATFORM golang:1.23-alpine AS build");
    const [, download, compile, ...others] = rest.filter((line, n) => line !== plain[n]);
    assert.deepEqual(others, []);
    assert.match(
      download ?? "",
      /^RUN --mount=type=cache,id=ns-mod,target=\/modules GOPROXY=off GONOPROXY=none go mod download 2> \/dev\/null && exit; GOMODCACHE=\/modules go mod download && /,
    );
    assert.equal(
      compile?.split(" ")[1],
      "--mount=type=cache,id=ns-build,from=seed,target=/root/.cache/go-build",
    );
  });

  it("takes modules from the seed without secrets, agent or network, before it downloads", () => {
    const build = {
      netrc: "x",
      caCertificates: "x",
      goPrivate: "git.example.com",
      ssh: true,
      sshKnownHosts: "x",
    };
    for (const change of [
      { build },
      { build, service: { ...examplePlan().service, moduleFiles: ["[a]/go.mod"] } },
    ]) {
      const lines = linesOf(fastWith({ cache: {}, engine: "buildkit", ...change }).text);
      const [taking = "", ...more] = lines.filter((line) => line.includes("target=/seed"));
      assert.deepEqual(more, []);
      assert.match(
        taking,
        /^RUN --network=none --mount=type=bind,from=seed,target=\/seed if \[ -d \/seed\/mod \]; then /,
      );
      assert.doesNotMatch(taking, /type=(secret|ssh|cache)/);
      const after = lines[lines.indexOf(taking) + 1] ?? "";
      assert.match(after, /^RUN .*type=secret,id=\S+ .*type=ssh/);
    }
  });

  it("checks the seed's modules against go.sum, and takes no toolchain from it", () => {
    const [taking = ""] = seeded.filter((line) => line.includes("target=/seed"));
    for (const setting of ["GONOSUMDB=none", "GOSUMDB=", "GOTOOLCHAIN=local", "GOPROXY=file:///seed/mod "])
      assert.ok(taking.includes(setting), setting);
    assert.doesNotMatch(taking, /GOSUMDB=off|GONOSUMCHECK|insecure/);
  });

  it("does not name the seed, so a new seed causes no build", () => {
    const named = { repository: "x.example.com/y", write: true };
    assert.equal(fastWith({ cache: {} }).text, fastWith({ cache: named }).text);
  });
});

describe("the Dockerfile of a seed", () => {
  it("downloads as the image does, compiles with its flags, and ships only the seed", () => {
    const build = { buildTags: ["a"], flags: ["-race"], ldflags: ["-X main.version=1"], netrc: "x" };
    const lines = seedOf({ build });
    assert.deepEqual(lines.slice(-2), ["FROM scratch", "COPY --from=build /seed/ /"]);
    const steps = lines.filter((line) => line.startsWith("RUN"));
    assert.equal(steps.length, 2);
    assert.match(steps[0] ?? "", /id=goimage-netrc.*go mod download/);
    assert.match(
      steps[1] ?? "",
      / go list -e -export -deps -trimpath -buildvcs=false -tags=a -race fmt example\.com\/x > \/dev\/null && /,
    );
    assert.doesNotMatch(steps[1] ?? "", /netrc|main\.version|--mount/);
    assert.match(steps[1] ?? "", /^RUN --network=none /);
    // The service's source is in none of its steps.
    assert.deepEqual(
      lines.filter((line) => line.startsWith("COPY")),
      ["COPY go.mod go.sum ./", "COPY --from=build /seed/ /"],
    );
  });

  it("keeps no modules when none are downloaded", () => {
    const service = { ...examplePlan().service, downloads: false };
    const text = seedOf({ service }, ["fmt"]).join("\n");
    assert.doesNotMatch(text, /go mod download|find/);
    assert.match(text, /go list -e -export -deps/);
  });

  it("is described by its first modules and the Go image", () => {
    const modules = ["d", "b", "a", "c", "e"].map((path) => ({ path, directory: path }));
    const service = { ...examplePlan().service, modules };
    assert.equal(aboutSeed(examplePlan({ cache: {}, service })), "a b c 2 more modules, golang:1.23-alpine");
  });

  it("does not start from another seed", () => {
    assert.doesNotMatch(seedOf().join("\n"), /GOIMAGE_SEED|from=seed/);
  });
});
