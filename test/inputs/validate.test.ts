import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { specOf } from "../../components/inputs";
import { goodArgs as good, problems } from "../support/problems";

/** The engine that builds. */
const engine = (change: object) => specOf("GoMultiStageImage", { ...good, ...change }, []).engine;

describe("validation of the input cache", () => {
  const repository = "registry.example.com/team/seeds";
  const trusted = `sha256:${"0a".repeat(32)}`;
  const of = (cache: object) => problems({ cache });

  it("accepts a repository alone or with one kind of trust", () => {
    for (const more of [
      {},
      { write: true },
      { newest: true },
      { trusted },
      { write: false, newest: false, trusted },
    ])
      assert.deepEqual(of({ repository, ...more }), []);
    assert.deepEqual(of({ repository: pulumi.output(repository) }), []);
  });

  it("requires a repository", () => {
    for (const cache of [{}, { write: true }, { repository: undefined, trusted }])
      assert.match(
        of(cache).join(),
        /^cache\.repository: is required: a repository for seeds only, to which only those who may change the program can push/,
      );
    assert.match(of({ repository: "seeds" }).join(), /^cache\.repository: "seeds" names no registry/);
  });

  it("refuses two kinds of trust together", () => {
    assert.match(
      of({ repository, trusted, write: true }).join(),
      /^cache\.write: cannot be true together with trusted/,
    );
    assert.match(
      of({ repository, trusted, newest: true }).join(),
      /^cache\.newest: cannot be true together with trusted/,
    );
    assert.match(
      of({ repository, write: true, newest: true }).join(),
      /^cache\.newest: cannot be true together with write/,
    );
    assert.equal(of({ trusted: "latest", write: true, newest: true }).length, 4);
  });

  it("accepts only a whole digest for trusted", () => {
    for (const wrong of [
      ...["", "gocache-00000000000000000001", trusted.slice(7), trusted.slice(0, -1), `${trusted}0`],
      ...[trusted.toUpperCase(), `sha512:${"0".repeat(128)}`, `${repository}@${trusted}`, `${trusted}\n`],
    ])
      assert.match(of({ repository, trusted: wrong }).join(), /^cache\.trusted: /, wrong);
  });
});

describe("validation", () => {
  it("accepts the smallest and the largest set of inputs", () => {
    assert.deepEqual(problems({}), []);
    assert.deepEqual(
      problems({
        mainPackage: "./cmd/api",
        tags: ["v1.4.0", "latest"],
        platforms: ["linux/arm64"],
        registry: { username: "u", password: pulumi.secret("p"), insecure: true },
        engine: "buildkit",
        builder: "remote-1",
        recipe: "fast",
        maxSize: "20MB",
        maxGrowth: "10%",
        compression: "zstd",
        compressionLevel: 19,
        build: {
          image: "registry.example.com:5000/golang:1.23@sha256:" + "0".repeat(64),
          goVersion: "1.23.4",
          flags: ["-race", "-gcflags=all=-N -l"],
          ldflags: ["-X main.version=a b", "-buildid="],
          buildTags: ["netgo", "go1.23"],
          env: { GOEXPERIMENT: "rangefunc" },
          cgoEnabled: true,
          goProxy: "https://proxy.example.com,direct",
          goPrivate: "git.example.com/*,other.example.com/team",
          caCertificates: "-----BEGIN CERTIFICATE-----",
          ssh: true,
          sshKnownHosts: "git.example.com,other.example.com ssh-ed25519 AAAA\n",
        },
        runtime: {
          image: "gcr.io/distroless/static",
          alpineVersion: "3.20",
          packages: ["ca-certificates", "curl=8.9.1-r1", "tzdata~2024", "jq@edge"],
          user: "1000:1000",
          workingDirectory: "/srv/my-app",
          env: { HOST: "é $x" },
          exposedPorts: ["8080", "53/udp"],
          labels: { "org.opencontainers.image.title": "x" },
          files: ["static/a b"],
          command: [],
          entrypoint: ["/srv/my-app/main"],
          healthcheck: {
            command: ["/x"],
            intervalSeconds: 1,
            timeoutSeconds: 1,
            startPeriodSeconds: 0,
            retries: 1,
          },
          stopSignal: "SIGRTMIN+3",
        },
      }),
      [],
    );
  });

  it("does not judge Outputs of repository and tags before they are known", () => {
    assert.deepEqual(problems({ repository: pulumi.output("BAD"), tags: [pulumi.output("/")] }), []);
    assert.deepEqual(problems({ tags: pulumi.output(["/"]) }), []);
  });

  it("allows retainOnDelete: false only with engine buildkit and over https", () => {
    assert.deepEqual(problems({ retainOnDelete: true, engine: "docker" }), []);
    assert.equal(engine({ retainOnDelete: true }), "docker");
    assert.equal(engine({ retainOnDelete: false }), "buildkit");
    assert.match(
      problems({ retainOnDelete: false, engine: "docker" }).join(),
      /^retainOnDelete: [^,]*"docker"/,
    );
    assert.match(
      problems({ retainOnDelete: false, registry: { insecure: true } }).join(),
      /^retainOnDelete: /,
    );
    assert.match(problems({ retainOnDelete: "no" }).join(), /^retainOnDelete: /);
  });

  it("reports every mistake of one resource together", () => {
    const found = problems({
      repository: "R/X",
      tags: ["a/b"],
      platforms: ["linux/foo"],
      runtime: { user: "root" },
    });
    assert.deepEqual(
      found.map((text) => text.split(":")[0]),
      ["repository", "tags[0]", "platforms[0]", "runtime.user"],
    );
  });

  const mistakes: [object, RegExp][] = [
    [{ source: undefined }, /^source: is required/],
    [{ source: " " }, /^source: " " is empty/],
    [
      { source: pulumi.output("x") },
      /^source: an Output is not a string; it must be known when the program runs/,
    ],
    [{ repository: undefined }, /^repository: is required/],
    [{ repository: "reg.example.com/x:v1" }, /^repository: .* has a tag \(:v1\): put tags in `tags`/],
    [
      { repository: "https://u:hunter2@reg.example.com/x" },
      /^repository: "https:\/\/\*\*\*@reg.example.com\/x" .*scheme/,
    ],
    [{ tags: [] }, /^tags: is empty/],
    [{ tags: "latest" }, /^tags: "latest" is not a list/],
    [{ tags: ["ok", ".bad"] }, /^tags\[1\]: "\.bad" must not start/],
    [{ tags: [undefined] }, /^tags\[0\]: is missing/],
    [
      { platforms: ["windows/amd64"] },
      /^platforms\[0\]: "windows\/amd64" is unknown; use linux\/amd64 or linux\/arm64/,
    ],
    [{ platforms: [] }, /^platforms: \[\] is not a list of platforms/],
    [{ platforms: "linux/amd64" }, /^platforms: "linux\/amd64" is not a list of platforms/],
    [{ platforms: [undefined] }, /^platforms\[0\]: is missing/],
    [{ platforms: ["linux/amd64", "linux/amd64"] }, /^platforms\[1\]: "linux\/amd64" is listed twice/],
    [
      { platforms: ["linux/amd64", "linux/arm64"], recipe: "classic" },
      /^platforms: has several entries, but the recipe "classic"/,
    ],
    [
      { platforms: ["linux/amd64", "linux/arm64"], build: { cgoEnabled: true, image: "golang:1.23-alpine" } },
      /^build\.cgoEnabled: needs a C compiler for each of the platforms/,
    ],
    [
      { platforms: ["linux/amd64", "linux/arm64"], engine: "docker" },
      /^platforms: needs a feature of BuildKit/,
    ],
    [{ platform: "linux/amd64" }, /^platform: is unknown; allowed are source, sourceRoot, mainPackage/],
    [{ mainPackage: "cmd/api" }, /^mainPackage: "cmd\/api" is not a package/],
    [{ mainPackage: "./cmd/../../x" }, /^mainPackage: /],
    [{ mainPackage: "./x; rm -rf /" }, /^mainPackage: /],
    [{ registry: { username: "u" } }, /^registry: has only one of username and password/],
    [{ registry: { token: "t" } }, /^registry\.token: is unknown/],
    [{ engine: "podman" }, /^engine: "podman" is unknown; use docker or buildkit/],
    [{ builder: "-x" }, /^builder: "-x" is not the name of a builder/],
    [{ engine: "docker", builder: "b" }, /^builder: needs a feature of BuildKit/],
    [
      { engine: "docker", build: { caCertificates: "-----BEGIN CERTIFICATE-----" } },
      /^build\.caCertificates: needs a feature/,
    ],
    [{ engine: "docker", build: { ssh: true } }, /^build\.ssh: needs a feature of BuildKit/],
    [{ build: { caCertificates: "/etc/ssl/ca.pem" } }, /^build\.caCertificates: is not PEM text/],
    [{ build: { image: "golang:1.23\nRUN id" } }, /^build\.image: .* has the control character U\+000A/],
    [{ build: { image: "--platform=x" } }, /^build\.image: /],
    [{ build: { goVersion: "latest" } }, /^build\.goVersion: "latest" is not a Go version/],
    [
      { build: { flags: ["-toolexec=sh -c id"] } },
      /^build\.flags\[0\]: .* is refused: it would run another program/,
    ],
    [{ build: { flags: ["--o=x"] } }, /^build\.flags\[0\]: .* is refused: the recipe names the output/],
    [{ build: { flags: ["-__proto__=x", "./other"] } }, /^build\.flags\[0\]: .* is not a flag/],
    [
      { build: { env: { GOFLAGS: "-v -toolexec=x" } } },
      /^build\.env\.GOFLAGS: .* has -toolexec, which is refused/,
    ],
    [{ build: { env: { "A B": "x" } } }, /^build\.env: the name "A B" is not a variable's name/],
    [{ build: { ldflags: ["main.v=1"] } }, /^build\.ldflags\[0\]: .* is not a linker flag/],
    [{ runtime: { volumes: ["data"] } }, /^runtime\.volumes\[0\]: "data" is not an absolute path/],
    [{ runtime: { volumes: ["/"] } }, /^runtime\.volumes\[0\]: "\/" is not an absolute path/],
    [{ runtime: { volumes: ["/a/../b"] } }, /^runtime\.volumes\[0\]: /],
    [{ runtime: { volumes: ["/app"] } }, /^runtime\.volumes\[0\]: "\/app" holds the program/],
    [
      { runtime: { volumes: ["/srv"], workingDirectory: "/srv/api" } },
      /holds the program \(runtime\.workingDirectory is \/srv\/api\)/,
    ],
    [{ runtime: { volumes: ["/data", "/data"] } }, /^runtime\.volumes\[1\]: "\/data" is named a second time/],
    [{ runtime: { volumes: ["/tmp/x"] } }, /is a system directory/],
    [{ runtime: { volumes: "/data" } }, /^runtime\.volumes: "\/data" is not a list/],
    [
      { build: { ldflags: [`-X a.b=it's "x"`] } },
      /^build\.ldflags\[0\]: .* has a value with both kinds of quotes/,
    ],
    [{ build: { ldflags: ["-extld=evil"] } }, /^build\.ldflags\[0\]: .* is refused/],
    [{ build: { buildTags: ["a,b"] } }, /^build\.buildTags\[0\]: "a,b" is not a build tag/],
    [{ build: { cgoEnabled: true } }, /^build\.cgoEnabled: needs build\.image with a C compiler for musl/],
    [
      { build: { goProxy: "https://u:p@proxy" } },
      /^build\.goProxy: "https:\/\/\*\*\*@proxy" has credentials/,
    ],
    [{ build: pulumi.output({}) }, /^build: an Output is not an object that is known/],
    [{ runtime: { user: "root" } }, /^runtime\.user: "root" is not a numeric user/],
    [{ runtime: { user: "0:0" } }, /^runtime\.user: "0:0" is root/],
    [{ runtime: { user: "-1" } }, /^runtime\.user: /],
    [{ runtime: { user: "4294967296" } }, /^runtime\.user: /],
    [{ runtime: { alpineVersion: "edge" } }, /^runtime\.alpineVersion: "edge" is not an Alpine version/],
    [{ runtime: { packages: "curl" } }, /^runtime\.packages: "curl" is not a list/],
    [
      { runtime: { packages: ["curl", "-t"] } },
      /^runtime\.packages\[1\]: "-t" is not a package name for apk add/,
    ],
    [
      { recipe: "classic", runtime: { packages: ["curl"] } },
      /^runtime: the recipe "classic" has no such setting/,
    ],
    [{ runtime: { workingDirectory: "app" } }, /^runtime\.workingDirectory: "app" is not an absolute path/],
    [{ runtime: { workingDirectory: "/a/../b" } }, /^runtime\.workingDirectory: /],
    [
      { runtime: { env: { X: pulumi.secret("s") } } },
      /^runtime\.env\.X: an Output is not a string; it must be known/,
    ],
    [{ runtime: { env: { X: undefined } } }, /^runtime\.env\.X: has no value/],
    [{ runtime: { exposedPorts: ["0"] } }, /^runtime\.exposedPorts\[0\]: "0" is not a port/],
    [{ runtime: { exposedPorts: ["8080:80"] } }, /^runtime\.exposedPorts\[0\]: /],
    [{ runtime: { exposedPorts: ["80/TCP"] } }, /^runtime\.exposedPorts\[0\]: /],
    [{ runtime: { labels: { "a=b": "x" } } }, /^runtime\.labels: the name "a=b" is not a label/],
    [
      { runtime: { labels: { a: "x\u2028RUN id" } } },
      /^runtime\.labels\.a: [^]* has the control character U\+2028/,
    ],
    [{ runtime: { files: ["../secret"] } }, /^runtime\.files\[0\]: "\.\.\/secret" is not a plain path/],
    [{ runtime: { files: ["*.txt"] } }, /^runtime\.files\[0\]: /],
    [{ runtime: { entrypoint: [] } }, /^runtime\.entrypoint: is empty/],
    [{ runtime: { healthcheck: { command: [] } } }, /^runtime\.healthcheck\.command: is required/],
    [
      { runtime: { healthcheck: { command: ["x"], retries: 0.5 } } },
      /^runtime\.healthcheck\.retries: 0\.5 is not a whole/,
    ],
    [{ runtime: { stopSignal: "TERM" } }, /^runtime\.stopSignal: "TERM" is not a signal/],
    [{ recipe: "slow" }, /^recipe: "slow" is unknown; use fast or classic/],
    [{ recipe: "classic", runtime: {} }, /^runtime: the recipe "classic" has no such setting/],
    [{ recipe: "classic", build: {} }, /^build: the recipe "classic" has no such setting/],
    [{ recipe: "classic", mainPackage: "./cmd/x" }, /^mainPackage: the recipe "classic" has no such setting/],
  ];
  for (const [change, message] of mistakes) {
    it(`refuses ${JSON.stringify(change).slice(0, 80)}`, () => {
      const found = problems(change);
      assert.ok(
        found.some((text) => message.test(text)),
        `no problem matches ${String(message)}: ${JSON.stringify(found)}`,
      );
      assert.ok(!found.join().includes("hunter2"));
    });
  }

  it("reports inherited names as unknown fields", () => {
    const args = JSON.parse('{"__proto__": {"x": 1}, "constructor": "y"}') as object;
    assert.equal(problems(args).length, 2);
  });
});

describe("the engine", () => {
  it("is docker, unless an input needs BuildKit or names the engine", () => {
    assert.equal(engine({}), "docker");
    assert.equal(engine({ builder: "b" }), "buildkit");
    assert.equal(engine({ build: { caCertificates: "pem" } }), "buildkit");
    assert.equal(engine({ build: { ssh: true } }), "buildkit");
    assert.equal(engine({ build: { ssh: false } }), "docker");
    assert.equal(engine({ engine: "buildkit" }), "buildkit");
  });
});
