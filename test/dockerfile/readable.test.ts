// What a person sees who reads a rendered Dockerfile.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import * as path from "node:path";
import type { RuntimeStageArgs } from "../../components/args";
import { seedDockerfile } from "../../components/dockerfile";
import { singleStage } from "../../components/dockerfile/singleStage";
import { stepsOf } from "../support/dockerfileText";
import { examplePlan, fastWith, type PlanChange } from "../support/plan";

describe("a Dockerfile as a reader sees it", () => {
  it("is the one shown in the documentation", () => {
    const page = readFileSync(path.join(__dirname, "../../docs/how-it-works.md"), "utf8");
    const shown = /^```dockerfile\n([^]*?)^```$/m.exec(page)?.[1];
    assert.equal(shown, fastWith({}, {}).text.replaceAll("id=ns-", "id=goimage-infra-"));
  });

  /** Many settings at once, in the ways in which they make a Dockerfile longer. */
  const long: PlanChange = {
    engine: "buildkit",
    cache: {},
    smokeTest: { http: { port: 8080, path: "/healthz" }, args: ["--config=/etc/service/config.yaml"] },
    platforms: ["linux/amd64", "linux/arm64", "linux/arm/v7"],
    build: {
      image: "registry.example.com/platform/golang:1.23-alpine",
      ...{ ssh: true, goPrivate: "git.example.com,code.example.com", sshKnownHosts: "x" },
      ...{ netrc: "machine a login b password c", caCertificates: "x", cgoEnabled: true },
      flags: ["-race", "-gcflags=all=-N -l"],
      buildTags: ["netgo", "osusergo"],
      ldflags: [
        "-X github.com/example/service/internal/version.Version=v1.24.0",
        "-X github.com/example/service/internal/version.Commit=0123456789abcdef0123456789abcdef01234567",
        "-X 'github.com/example/service/internal/version.Built=Tue Dec 1 13:18:25 UTC 2026'",
      ],
    },
    service: {
      ...examplePlan().service,
      moduleDirectory: "services/api",
      moduleFiles: [..."abcdefghij"].map((name) => `libraries/${name}/go.mod`),
    },
  };
  const longRuntime: RuntimeStageArgs = {
    image: "registry.example.com/platform/alpine:3.20.3",
    packages: ["ca-certificates", "curl>=8", ...[..."abcdefghij"].map((name) => `package-${name}`)],
    files: ["static", "templates/with space"],
    volumes: ["/data"],
    command: [..."abcdefghij"].map((name) => `--a-flag-named-${name}=value`),
    healthcheck: { command: ["/app/main", "health"], intervalSeconds: 5, retries: 4 },
  };
  const digests = Object.fromEntries(
    ["registry.example.com/platform/golang:1.23-alpine", "registry.example.com/platform/alpine:3.20.3"].map(
      (image) => [image, `sha256:${"a".repeat(64)}`],
    ),
  );
  const everyKind = () => {
    const plan = examplePlan({ ...long, runtime: longRuntime });
    const imports = Array.from({ length: 40 }, (_, n) => `github.com/example/package${n}/v2`);
    return [
      fastWith({}, {}).text,
      fastWith(long, longRuntime, digests).text,
      fastWith({ ...long, platforms: ["linux/amd64"] }, { image: "scratch" }, digests).text,
      ...[plan, examplePlan()].map((each) => singleStage(each).text),
      ...[plan, examplePlan()].map((each) => seedDockerfile(each, imports)),
    ];
  };

  it("has no line over 120 characters", () => {
    for (const text of everyKind()) {
      const tooLong = text.split("\n").filter((line) => line.length > 120);
      // An image's name with its digest cannot be broken; what stands before it can.
      assert.deepEqual(
        tooLong.filter((line) => !/^(FROM| {4})\S* ?registry\S+@sha256:a{64} AS \w+$/.test(line)),
        [],
      );
    }
    assert.ok(everyKind()[1]?.includes("FROM --platform=$BUILDPLATFORM \\\n    registry.example.com/"));
  });

  it("has a comment that says why before each stage and each group of steps", () => {
    for (const text of everyKind()) {
      const steps = stepsOf(text);
      for (const [n, { keyword, comments, line }] of steps.entries()) {
        const before = steps[n - 1];
        // The smoke test has its own words for the stages of its program and of what it tests.
        const from = steps.slice(0, n + 1).findLast((step) => step.keyword === "FROM");
        const isTest = / AS (prober|smoketest)$/.test(from?.line ?? "");
        const goesOn = before?.keyword === keyword || before?.keyword === "COPY" || before?.keyword === "ARG";
        if (keyword === "FROM" && before?.keyword === "ARG") continue;
        if (keyword === "FROM") assert.equal(comments.length, 1, line);
        else if (/^(RUN|COPY)$/.test(keyword) && !isTest && !goesOn && before?.keyword !== "FROM")
          assert.equal(comments.length, 1, line);
      }
    }
  });
});
