// Each input does something: another value of it gives another spec, and of those that are about a stage another Dockerfile.

import assert from "node:assert/strict";
import { render } from "../../components/dockerfile";
import { validate } from "../../components/inputs";
import type { InputCheck } from "../../components/inputs/inputChecks";
import { inputTables } from "../../components/inputs/validate";
import { examplePlan } from "../support/plan";
import { goodArgs } from "../support/problems";

const login = { username: "robot", password: "one" };
const cache = { repository: "registry.example.com/seeds" };
const knownHosts = (host: string) => `${host} ssh-ed25519 AAAA`;
const ssh = { ssh: true, goPrivate: "git.example.com", sshKnownHosts: knownHosts("git.example.com") };
const healthcheck = { command: ["/app/main", "check"] };
const http = { port: 8080 };

/** Of every input: arguments with another value of it, and those that they are compared with where it needs other inputs. */
const changes: Record<string, [changed: object, before?: object]> = {
  source: [{ source: "web" }],
  sourceRoot: [{ sourceRoot: ".." }],
  mainPackage: [{ mainPackage: "./cmd/worker" }],
  repository: [{ repository: "registry.example.com/web" }],
  tags: [{ tags: ["v2"] }],
  platforms: [{ platforms: ["linux/arm64"] }],
  "registry.username": [{ registry: { ...login, username: "me" } }, { registry: login }],
  "registry.password": [{ registry: { ...login, password: "two" } }, { registry: login }],
  "registry.insecure": [{ registry: { insecure: true } }],
  "build.image": [{ build: { image: "golang:1.25-bookworm" } }],
  "build.goVersion": [{ build: { goVersion: "1.25" } }],
  "build.flags": [{ build: { flags: ["-p=2"] } }],
  "build.ldflags": [{ build: { ldflags: ["-X main.version=1"] } }],
  "build.buildTags": [{ build: { buildTags: ["prod"] } }],
  "build.env": [{ build: { env: { GOFIPS140: "latest" } } }],
  "build.cgoEnabled": [
    { build: { image: "golang:1.23-alpine", cgoEnabled: true } },
    { build: { image: "golang:1.23-alpine" } },
  ],
  "build.goProxy": [{ build: { goProxy: "https://proxy.example.com" } }],
  "build.goPrivate": [{ build: { goPrivate: "git.example.com" } }],
  "build.netrc": [{ build: { netrc: "machine git.example.com login robot password one" } }],
  "build.caCertificates": [{ build: { caCertificates: "-----BEGIN CERTIFICATE-----" } }],
  "build.ssh": [{ build: ssh }, { build: { goPrivate: ssh.goPrivate } }],
  "build.sshKnownHosts": [
    { build: { ...ssh, sshKnownHosts: knownHosts("[git.example.com]:2222") } },
    { build: ssh },
  ],
  baseImages: [{ baseImages: "pin" }],
  maxSize: [{ maxSize: "20MB" }],
  maxGrowth: [{ maxGrowth: "10%" }],
  compression: [{ compression: "zstd" }],
  compressionLevel: [{ compressionLevel: 9 }],
  engine: [{ engine: "buildkit" }],
  builder: [{ builder: "large" }],
  retainOnDelete: [{ retainOnDelete: false }],
  "runtime.image": [{ runtime: { image: "alpine:3.21" } }],
  "runtime.alpineVersion": [{ runtime: { alpineVersion: "3.21" } }],
  "runtime.packages": [{ runtime: { packages: ["curl"] } }],
  "runtime.user": [{ runtime: { user: "1000" } }],
  "runtime.workingDirectory": [{ runtime: { workingDirectory: "/srv" } }],
  "runtime.env": [{ runtime: { env: { LEVEL: "info" } } }],
  "runtime.exposedPorts": [{ runtime: { exposedPorts: ["8080"] } }],
  "runtime.labels": [{ runtime: { labels: { team: "api" } } }],
  "runtime.files": [{ runtime: { files: ["static"] } }],
  "runtime.volumes": [{ runtime: { volumes: ["/data"] } }],
  "runtime.command": [{ runtime: { command: ["serve"] } }],
  "runtime.entrypoint": [{ runtime: { entrypoint: ["/app/main", "serve"] } }],
  "runtime.healthcheck.command": [
    { runtime: { healthcheck: { command: ["/app/main", "ready"] } } },
    { runtime: { healthcheck } },
  ],
  "runtime.healthcheck.intervalSeconds": ofHealthcheck({ intervalSeconds: 7 }),
  "runtime.healthcheck.timeoutSeconds": ofHealthcheck({ timeoutSeconds: 7 }),
  "runtime.healthcheck.startPeriodSeconds": ofHealthcheck({ startPeriodSeconds: 7 }),
  "runtime.healthcheck.retries": ofHealthcheck({ retries: 7 }),
  "runtime.stopSignal": [{ runtime: { stopSignal: "SIGINT" } }],
  "runtime.timezones": [{ runtime: { timezones: true } }],
  recipe: [{ recipe: "classic" }],
  "smokeTest.args": [{ smokeTest: { args: ["check"] } }, { smokeTest: {} }],
  "smokeTest.http.port": [{ smokeTest: { http: { port: 9090 } } }, { smokeTest: { http } }],
  "smokeTest.http.path": [{ smokeTest: { http: { ...http, path: "/healthz" } } }, { smokeTest: { http } }],
  "smokeTest.http.status": [{ smokeTest: { http: { ...http, status: 204 } } }, { smokeTest: { http } }],
  "smokeTest.timeoutSeconds": [{ smokeTest: { timeoutSeconds: 7 } }, { smokeTest: {} }],
  "cache.repository": [{ cache: { repository: "registry.example.com/other" } }, { cache }],
  "cache.write": [{ cache: { ...cache, write: true } }, { cache }],
  "cache.newest": [{ cache: { ...cache, newest: true } }, { cache }],
  "cache.trusted": [{ cache: { ...cache, trusted: `sha256:${"a".repeat(64)}` } }, { cache }],
};

function ofHealthcheck(setting: object): [object, object] {
  return [
    { runtime: { healthcheck: { ...healthcheck, ...setting } } },
    { runtime: { healthcheck: { ...healthcheck } } },
  ];
}

describe("every input", () => {
  it("is covered by this test", () => {
    assert.deepEqual(Object.keys(changes).sort(), paths(inputTables.GoMultiStageImage).sort());
  });

  for (const [input, [changed, before = {}]] of Object.entries(changes)) {
    const isOfStage = /^(build|runtime|smokeTest)\b/.test(input);
    it(`changes the spec${isOfStage ? " and the Dockerfile" : ""}: ${input}`, () => {
      for (const args of [changed, before])
        assert.deepEqual(validate("GoMultiStageImage", { ...goodArgs, ...args }), []);
      const [now, then] = [examplePlan({ ...changed }), examplePlan({ ...before })];
      assert.notDeepEqual(now.spec, then.spec);
      if (isOfStage) assert.notEqual(render(now).text, render(then).text);
    });
  }
});

/** The path of every input that is no group of others, such as "runtime.healthcheck.retries". */
function paths(table: object, prefix = ""): string[] {
  return Object.entries(table as Record<string, InputCheck>).flatMap(([name, { fields }]) =>
    fields === undefined ? [`${prefix}${name}`] : paths(fields, `${prefix}${name}.`),
  );
}
