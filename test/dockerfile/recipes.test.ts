import assert from "node:assert/strict";
import type { RuntimeStageArgs } from "../../components/args";
import { classic } from "../../components/dockerfile/classic";
import { singleStage } from "../../components/dockerfile/singleStage";
import { compileCalls } from "../support/calls";
import { compileScript, linesOf } from "../support/dockerfileText";
import { examplePlan, fastWith, type PlanChange } from "../support/plan";

function rendered(change: PlanChange = {}, runtime: RuntimeStageArgs = {}): string[] {
  return linesOf(fastWith(change, runtime).text);
}

/** The first line of the Dockerfile that starts so. */
function line(lines: string[], start: string): string | undefined {
  return lines.find((text) => text.startsWith(start));
}

describe("recipe classic", () => {
  it("renders the original Dockerfile, to the byte", () => {
    const original = [
      "FROM golang:1.23 AS build",
      "WORKDIR /build",
      "COPY . .",
      "RUN CGO_ENABLED=0 GOOS=linux go build -a -installsuffix cgo -o main .",
      "",
      "FROM alpine:3.20.3 AS app",
      "WORKDIR /app",
      "COPY --from=build /build/main .",
      'CMD ["./main"]',
      "",
    ];
    assert.equal(classic.text, original.join("\n"));
  });
});

describe("recipe fast", () => {
  it("renders this Dockerfile by default", () => {
    assert.equal(
      fastWith({}, {}).text,
      `# Compiles on the builder's own platform for the image's, so no emulator is needed.
FROM --platform=$BUILDPLATFORM golang:1.23 AS build
WORKDIR /src
# Compiles for this platform, with the Go of this stage: no other Go is downloaded.
ENV CGO_ENABLED="0"
ENV GOARCH="amd64"
ENV GOOS="linux"
ENV GOTOOLCHAIN="local"
# Modules are downloaded again only when one of these files changes.
COPY go.mod go.sum ./
# Downloads into the builder's cache, and copies from there into this layer, which lasts longer.
RUN --mount=type=cache,id=ns-mod,target=/modules \\
    GOMODCACHE=/modules go mod download && \\
    GOPROXY=file:///modules/cache/download GONOPROXY=none GOSUMDB=off go mod download
# The source. After an edit, the steps from here on run again.
COPY . .
# Compiles with the modules that are there, and downloads nothing.
RUN --mount=type=cache,id=ns-build,target=/root/.cache/go-build \\
    build() { \\
      GOPROXY=off go build -trimpath -buildvcs=false -ldflags='-s -w' -o /out/bin/app/main ./cmd/api; \\
    }; \\
    # With -n, go build only names what it would compile.
    missing() { (export GOFLAGS="$GOFLAGS -n"; build) 2>&1 | grep -c '/compile -o '; }; \\
    # Builds that run at once share the cache: the first fills it, and the others wait if they lack many packages.
    if [ -w /root/.cache/go-build ]; then \\
      exec 9> /root/.cache/go-build/lock; \\
      { flock -n 9 || [ "$(missing)" -le 20 ] || flock -s 9; } 2> /dev/null; \\
    fi; \\
    build || exit; \\
    # If the package is a library, go build makes an archive and says nothing.
    if [ "$(head -c 4 /out/bin/app/main)" != "$(printf '\\177ELF')" ]; then \\
      echo 'go build made no program: mainPackage is a library, or a flag in build makes another kind of file' >&2; \\
      exit 1; \\
    fi; \\
    # All files get the same time, so that the same source gives the same digest.
    find /out -exec touch -h -d @0 {} +

# What ships: the program and its files, without compiler and source.
FROM alpine:3.20.3 AS app
WORKDIR /app
# The program, last: it changes most often.
COPY --from=build /out/bin/ /
# Go's user.Current fails without a name for the user.
ENV USER="nonroot"
# Not root.
USER 65532:65532
ENTRYPOINT ["/app/main"]
`,
    );
  });

  it("renders every runtime setting", () => {
    const lines = rendered(
      { service: { ...examplePlan().service, sourceDirectory: "cmd/api" } },
      {
        image: "gcr.io/distroless/static@sha256:" + "a".repeat(64),
        user: "1000",
        workingDirectory: "/srv/api",
        env: { B: "2", A: "$HOME" },
        exposedPorts: ["8080", "53/udp"],
        labels: { "org.opencontainers.image.title": 'an "api"' },
        files: ["static", "with space"],
        command: ["--config", "x y"],
        entrypoint: ["/srv/api/main", "serve"],
        healthcheck: {
          command: ["/srv/api/main", "health"],
          intervalSeconds: 5,
          timeoutSeconds: 2,
          startPeriodSeconds: 0,
          retries: 4,
        },
        stopSignal: "SIGINT",
        volumes: ["/data", "/srv/api/cache"],
      },
    );
    const last = `FROM gcr.io/distroless/static@sha256:${"a".repeat(64)} AS app`;
    assert.deepEqual(lines.slice(lines.indexOf(last)), [
      last,
      "COPY --from=build /out/tree/ /",
      "COPY --chown=1000:1000 --from=build /out/volumes/0/ /",
      "COPY --chown=1000:1000 --from=build /out/volumes/1/ /srv/api/",
      "WORKDIR /srv/api",
      "COPY --from=build /out/files/ /",
      "COPY --from=build /out/bin/ /",
      'ENV A="\\$HOME"',
      'ENV B="2"',
      'ENV USER="nonroot"',
      'LABEL org.opencontainers.image.title="an \\"api\\""',
      "EXPOSE 8080",
      "EXPOSE 53/udp",
      'VOLUME ["/data", "/srv/api/cache"]',
      "STOPSIGNAL SIGINT",
      'HEALTHCHECK --interval=5s --timeout=2s --start-period=0s --retries=4 CMD ["/srv/api/main", "health"]',
      "USER 1000",
      'ENTRYPOINT ["/srv/api/main", "serve"]',
      'CMD ["--config", "x y"]',
    ]);
    assert.ok(lines.includes("COPY cmd/api/static /out/files/srv/api/static"));
    assert.ok(lines.includes('COPY ["cmd/api/with space", "/out/files/srv/api/with space"]'));
  });

  it("passes flags, tags and linker values as the go command reads them", () => {
    const build = {
      flags: ["-race", "-gcflags=all=-N -l"],
      buildTags: ["netgo", "osusergo"],
      ldflags: [
        "-X main.version=1.2 beta",
        "-X=main.note=it's",
        "-buildid= -compressdwarf=false",
        "-X main.plain=1",
      ],
    };
    const { text } = fastWith({ build });
    assert.match(compileScript(text), / GOPROXY=off go build -trimpath -buildvcs=false -ldflags="-s -w /);
    const [[go = []] = []] = compileCalls([text]);
    // Spaces between linker flags mean nothing to the go command.
    assert.deepEqual(
      [go[4]?.replace(/ +/g, " "), ...go.slice(5)],
      [
        `-ldflags=-s -w -X 'main.version=1.2 beta' -X=main.note=it's -buildid= -compressdwarf=false -X main.plain=1`,
        ...["-tags=netgo,osusergo", "-race", "-gcflags=all=-N -l", "-o", "/out/bin/app/main", "./cmd/api"],
      ],
    );
  });

  it("adds /tmp to the program's layer when the base image is empty", () => {
    const compile = (image?: string) =>
      line(rendered({}, { image }), "RUN --mount=type=cache,id=ns-build") ?? "";
    const made = "; mkdir -p /out/bin/tmp && chmod 1777 /out/bin/tmp || exit; find /out -exec touch";
    assert.ok(compile("scratch").includes(made));
    assert.ok(!compile().includes("1777"));
    assert.ok(!compile("registry.example.com/scratch").includes("1777"));
  });

  it("leaves /tmp alone when it is a volume", () => {
    const lines = rendered({}, { volumes: ["/tmp"] });
    assert.ok(lines.includes('VOLUME ["/tmp"]'));
    assert.ok(!lines.some((text) => text.includes("/out/volumes") || text.includes("/out/tree")));
    const both = rendered({}, { volumes: ["/tmp", "/data"] });
    assert.ok(both.includes('VOLUME ["/tmp", "/data"]') && both.includes("WORKDIR /out/tree/data"));
    assert.ok(!both.some((text) => /\/out\/\w+(\/\d)?\/tmp/.test(text)));
  });

  it("sets USER to nonroot, unless the inputs set it", () => {
    assert.ok(rendered({}, { env: { USER: "api" } }).includes('ENV USER="api"'));
    assert.equal(line(rendered({}, { env: { A: "1" } }), "ENV USER"), 'ENV USER="nonroot"');
  });

  it("chooses the Go image from the inputs, else the newest of toolchain, go line and 1.23", () => {
    const image = (build: object, mod: object) => {
      const { service } = examplePlan();
      const goMod = { ...service.goMod, go: undefined, ...mod };
      return rendered({ build, service: { ...service, goMod } })[0];
    };
    const stage = (name: string) => `FROM --platform=$BUILDPLATFORM ${name} AS build`;
    assert.equal(image({ image: "corp/go:1@sha256:x", goVersion: "1.1" }, {}), stage("corp/go:1@sha256:x"));
    assert.equal(image({ goVersion: "1.22.1" }, { toolchain: "1.25.0" }), stage("golang:1.22.1"));
    assert.equal(image({ goVersion: "1.23" }, {}), stage("golang:1.23"));
    assert.equal(image({}, { toolchain: "1.25.3", go: "1.24" }), stage("golang:1.25.3"));
    assert.equal(image({}, { toolchain: "1.24.1", go: "1.25" }), stage("golang:1.25"));
    assert.equal(image({}, { go: "1.24.3" }), stage("golang:1.24.3"));
    assert.equal(image({}, { go: "1.25rc1" }), stage("golang:1.25rc1"));
    // The first release of a minor is the least that go mod tidy can write.
    assert.equal(image({}, { go: "1.24.0" }), stage("golang:1.24"));
    // A go line is a minimum: old ones get a Go that knows the recipe's flags.
    for (const go of ["1.13", "1.17", "1.22.9"]) assert.equal(image({}, { go }), stage("golang:1.23"));
    assert.equal(image({}, {}), stage("golang:1.23"));
  });

  it("downloads nothing for a vendored module, and mounts certificates only for downloads", () => {
    const build = { caCertificates: "pem" };
    const mounted = rendered({ build }).filter((text) => text.includes("type=secret,id=goimage-ca"));
    assert.equal(mounted.length, 1);
    const vendored = { ...examplePlan().service, downloads: false };
    assert.ok(!rendered({ build, service: vendored }).join().includes("download"));
  });

  it("fetches private modules by SSH in the download step, at the known host's port", () => {
    const build = {
      ssh: true,
      goPrivate: "git.example.com/*,other.example.com",
      sshKnownHosts: "git.example.com ssh-rsa A\n[other.example.com]:2222 ssh-rsa A\n",
    };
    const lines = rendered({ build });
    assert.deepEqual(
      lines.filter((text) => text.startsWith("RUN git")),
      [
        "RUN git config --system url.ssh://git@git.example.com/.insteadOf https://git.example.com/",
        "RUN git config --system url.ssh://git@other.example.com:2222/.insteadOf https://other.example.com/",
      ],
    );
    const mounted = lines.filter((text) => text.includes("--mount=type=ssh,required=true "));
    assert.equal(mounted.length, 1);
    assert.match(mounted[0] ?? "", /go mod download/);
    assert.match(line(lines, "ENV GIT_SSH_COMMAND") ?? "", /StrictHostKeyChecking=yes .*UserKnownHostsFile=/);
    const own = rendered({ build: { ...build, env: { GIT_CONFIG_COUNT: "0" } } });
    assert.equal(line(own, "RUN git"), undefined);
  });

  it("compiles without secrets, agent or proxy, and with engine buildkit without network", () => {
    const build = {
      ...{
        netrc: "machine a login b password c",
        caCertificates: "pem",
        ssh: true,
        goPrivate: "a.example.com",
      },
      sshKnownHosts: "a.example.com ssh-rsa A",
    };
    // Whatever the source is like, also where its module files cannot be copied first.
    for (const moduleFiles of [
      ["go.mod", "go.sum"],
      ["go.mod", "we[ird/go.mod"],
    ]) {
      const change = { build, service: { ...examplePlan().service, moduleFiles } };
      const texts = [fastWith(change, { packages: ["curl"] }).text, singleStage(examplePlan(change)).text];
      for (const text of texts) {
        const steps = linesOf(text).filter((step) => step.startsWith("RUN"));
        const compile = steps.filter((step) => step.includes(" go build "));
        assert.equal(compile.length, 1);
        for (const step of compile) {
          assert.match(step, /^RUN --network=none /);
          assert.match(step, /GOPROXY=off/);
          assert.doesNotMatch(step, /type=(secret|ssh)/);
        }
        const last = steps.findLast((step) => step.includes("mod download")) ?? "";
        assert.match(last, /go mod download/);
        assert.equal(last.match(/type=secret/g)?.length, 3);
        assert.match(last, /type=ssh/);
      }
    }
    const docker = fastWith({}, {}).text;
    assert.match(docker, /GOPROXY=off/);
    assert.doesNotMatch(docker, /--network/);
  });

  it("checks for glibc only when a dynamic binary will run on Alpine", () => {
    const checks = (build: object, runtime: object = {}) =>
      rendered({ build }, runtime).filter((text) => text.includes("is linked to glibc")).length;
    assert.equal(checks({}), 0);
    assert.equal(checks({ cgoEnabled: true }), 1);
    assert.equal(checks({ flags: ["-buildmode=pie"] }), 1);
    assert.equal(checks({ cgoEnabled: true }, { image: "example.com/node:22-alpine@sha256:0" }), 1);
    assert.equal(checks({ cgoEnabled: true }, { image: "example.com/alpine/debian:12" }), 0);
  });

  it("runs the go command in the module's directory", () => {
    const service = {
      ...examplePlan().service,
      moduleDirectory: "api",
      moduleFiles: ["api/go.mod", "go.work", "lib/go.mod"],
    };
    const lines = rendered({ service });
    assert.deepEqual(lines.filter((text) => /^(WORKDIR|COPY)/.test(text)).slice(0, 6), [
      "WORKDIR /src",
      "COPY api/go.mod /src/api/",
      "COPY go.work /src/",
      "COPY lib/go.mod /src/lib/",
      "WORKDIR /src/api",
      "COPY . /src",
    ]);
    const alone = rendered({ service: { ...service, moduleFiles: ["api/go.mod"] } });
    assert.deepEqual(alone.filter((text) => /^(WORKDIR|COPY)/.test(text)).slice(0, 3), [
      "WORKDIR /src/api",
      "COPY api/go.mod /src/api/",
      "COPY . /src",
    ]);
  });

  it("renders the same download steps for each service of a workspace", () => {
    const steps = (moduleDirectory: string) => {
      const service = {
        ...examplePlan().service,
        moduleDirectory,
        moduleFiles: ["shop/a/go.mod", "shop/b/go.mod", "shop/go.work"],
      };
      const lines = rendered({ service });
      return lines.slice(0, lines.findIndex((text) => text.includes("mod download")) + 1);
    };
    assert.deepEqual(steps("shop/a"), steps("shop/b"));
    assert.equal(steps("shop/a")[1], "WORKDIR /src/shop");
  });

  it("uses no syntax line, heredoc or --link, which old engines do not know", () => {
    const text = fastWith({}, { files: ["x"] }).text;
    assert.doesNotMatch(text, /^# *\w+=|<<|--link/m);
  });

  it("cross-compiles for a foreign platform, with no RUN in the last stage", () => {
    const lines = rendered({ platforms: ["linux/arm/v7"] });
    assert.ok(lines.includes('ENV GOARCH="arm"') && lines.includes('ENV GOARM="7"'));
    const last = lines.findLastIndex((text) => text.startsWith("FROM"));
    assert.ok(!lines.slice(last).some((text) => text.startsWith("RUN")));
  });
});

describe("single stage", () => {
  it("renders one stage that compiles and runs the program, not as root", () => {
    assert.equal(
      singleStage(examplePlan()).text,
      `# Compiles and runs: the compiler, the source and the modules are all in the image.
FROM golang:1.23
WORKDIR /src
# Compiles for this platform, with the Go of this stage: no other Go is downloaded.
ENV CGO_ENABLED="0"
ENV GOARCH="amd64"
ENV GOOS="linux"
ENV GOTOOLCHAIN="local"
# The source and its modules, which stay in the image.
COPY . .
RUN go mod download
# Compiles with the modules that are there, and downloads nothing.
RUN GOPROXY=off go build -trimpath -buildvcs=false -ldflags='-s -w' -o /app/main ./cmd/api || exit; \\
    # If the package is a library, go build makes an archive and says nothing.
    if [ "$(head -c 4 /app/main)" != "$(printf '\\177ELF')" ]; then \\
      echo 'go build made no program: mainPackage is a library, or a flag in build makes another kind of file' >&2; \\
      exit 1; \\
    fi
WORKDIR /app
# Not root.
USER 65532:65532
ENTRYPOINT ["/app/main"]
`,
    );
  });
});
