// The Dockerfile of a seed, and how an image's begins with one.

import assert from "node:assert/strict";
import { seedDockerfile } from "../../components/dockerfile";
import { examplePlan, fastWith } from "../support/plan";

const seedOf = (change: Parameters<typeof examplePlan>[0] = {}, imports = ["fmt", "example.com/x"]) =>
  seedDockerfile(examplePlan({ cache: {}, ...change }), imports)
    .trimEnd()
    .split("\n");

describe("an image that begins with a seed", () => {
  const plain = fastWith({}).text.split("\n");
  const seeded = fastWith({ cache: {} }).text.split("\n");

  it("has stages for it, which are nothing unless a build argument names one", () => {
    assert.deepEqual(seeded.slice(0, 5), [
      "ARG GOIMAGE_SEED=scratch",
      "ARG GOIMAGE_SEED_MODULES=scratch",
      "FROM ${GOIMAGE_SEED} AS seed",
      "FROM ${GOIMAGE_SEED_MODULES} AS seedmodules",
      "",
    ]);
  });

  it("differs in the image that compiles and the mounts of two steps alone", () => {
    const rest = seeded.slice(5);
    assert.equal(rest[0], "FROM --platform=$BUILDPLATFORM golang:1.23-alpine AS build");
    const [, ...changed] = rest.filter((line, n) => line !== plain[n]);
    assert.equal(rest.length, plain.length);
    assert.deepEqual(
      changed.map((line) => line.split(" ")[1]),
      [
        "--mount=type=bind,from=seedmodules,target=/seed",
        "--mount=type=cache,id=ns-build,from=seed,target=/root/.cache/go-build",
      ],
    );
    assert.match(
      changed[0] ?? "",
      /"\[ -f \/seed\/mod\.tar \] && .* && exec tar -xf .*; GOMODCACHE=\/modules go mod download &&/,
    );
  });

  it("names nothing of the seed, so that another one is no reason to build", () => {
    assert.equal(seeded.join("\n"), fastWith({ cache: { repository: "x.example.com/y", write: true } }).text);
  });
});

describe("the Dockerfile of a seed", () => {
  it("downloads as the image does, compiles with its flags, and ships that alone", () => {
    const build = { buildTags: ["a"], flags: ["-race"], ldflags: ["-X main.version=1"], netrc: "x" };
    const lines = seedOf({ build });
    assert.deepEqual(lines.slice(-4), [
      "",
      "FROM scratch",
      "COPY --from=build /seed/ /",
      'LABEL goimage.seed="example.com/service, golang:1.23-alpine"',
    ]);
    const steps = lines.filter((line) => line.startsWith("RUN"));
    assert.equal(steps.length, 2);
    assert.match(steps[0] ?? "", /id=goimage-netrc.*go mod download/);
    assert.match(
      steps[1] ?? "",
      /"sh","-trimpath","-buildvcs=false","-tags=a","-race","fmt","example\.com\/x"\]$/,
    );
    assert.doesNotMatch(steps[1] ?? "", /netrc|main\.version|--mount/);
    assert.match(steps[1] ?? "", /^RUN --network=none /);
    // The service's source is in none of its steps.
    assert.deepEqual(
      lines.filter((line) => line.startsWith("COPY")),
      ["COPY go.mod go.sum ./", "COPY --from=build /seed/ /"],
    );
  });

  it("keeps no modules where none are downloaded", () => {
    const service = { ...examplePlan().service, downloads: false };
    const text = seedOf({ service }, ["fmt"]).join("\n");
    assert.doesNotMatch(text, /go mod download|find/);
    assert.match(text, /go list -e -export -deps/);
  });

  it("is labelled with the first of its modules", () => {
    const modules = ["d", "b", "a", "c", "e"].map((path) => ({ path, directory: path }));
    const service = { ...examplePlan().service, modules };
    assert.equal(seedOf({ service }).at(-1), 'LABEL goimage.seed="a b c 2 more modules, golang:1.23-alpine"');
  });

  it("begins with no other seed", () => {
    assert.doesNotMatch(seedOf().join("\n"), /GOIMAGE_SEED|from=seed/);
  });
});
