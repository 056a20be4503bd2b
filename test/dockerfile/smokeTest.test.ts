import assert from "node:assert/strict";
import { DockerfileParser } from "dockerfile-ast";
import type { RuntimeStageArgs, SmokeTestArgs } from "../../components/args";
import { prober } from "../../components/dockerfile/steps/smokeTestProber";
import { fastWith } from "../support/plan";

function rendered(
  smokeTest?: SmokeTestArgs,
  runtime: RuntimeStageArgs = {},
  platform = "linux/amd64",
): string {
  return fastWith({ platforms: [platform], engine: "buildkit", smokeTest }, runtime).text;
}

/** The command of the test, from the prober on. */
function command(smokeTest: SmokeTestArgs, runtime?: RuntimeStageArgs): unknown {
  const line = /^RUN --network=none --mount=type=bind\S+ (.*)$/m.exec(rendered(smokeTest, runtime))?.[1];
  return JSON.parse(line ?? "");
}

describe("stages of the smoke test", () => {
  it("stand between the build and the image, which differs in the name of the stage it copies from alone", () => {
    const text = rendered({}).replace(prober, "PROBER\n");
    const [build, image, ...more] = rendered().split("\n\n");
    assert.deepEqual(more, []);
    assert.equal(
      text,
      `${build}

# Runs the program of the next stage and asks it over loopback; nothing of this is in the image.
FROM --platform=$BUILDPLATFORM golang:1.23 AS prober
WORKDIR /prober
ENV CGO_ENABLED="0"
ENV GOARCH="amd64"
ENV GOFLAGS=""
ENV GOOS="linux"
ENV GOTOOLCHAIN="local"
COPY <<"END_OF_FILE" main.go
PROBER
END_OF_FILE
RUN ["go","build","-trimpath","-ldflags=-s -w","-o","prober","main.go"]

FROM alpine:3.20.3 AS smoketest
WORKDIR /app
COPY --from=build /out/bin/ /
ENV USER="nonroot"
USER 65532:65532
RUN --network=none --mount=type=bind,from=prober,source=/prober/prober,target=/run/goimage/prober ["/run/goimage/prober","-timeout=30s","--","/app/main"]

# What was compiled, once the program has passed.
FROM build AS tested
COPY --from=smoketest /app/main /tested

${image?.replace("--from=build", "--from=tested")}`,
    );
  });

  it("run the program as the image does, with its own arguments or the image's", () => {
    const runtime = {
      env: { A: "$B" },
      user: "7",
      workingDirectory: "/srv",
      files: ["web"],
      command: ["serve", "$x"],
    };
    const stage = rendered({}, runtime)
      .split("\n\n")
      .find((text) => text.includes("AS smoketest"));
    assert.deepEqual(stage?.split("\n").slice(1, -1), [
      "WORKDIR /srv",
      "COPY --from=build /out/files/ /",
      "COPY --from=build /out/bin/ /",
      'ENV A="\\$B"',
      'ENV USER="nonroot"',
      "USER 7",
    ]);
    const own = (words: unknown) => (words as string[]).slice((words as string[]).indexOf("--") + 1);
    assert.deepEqual(own(command({}, runtime)), ["/srv/main", "serve", "$x"]);
    assert.deepEqual(own(command({ args: [] }, runtime)), ["/srv/main"]);
    const entrypoint = { ...runtime, entrypoint: ["/srv/main", "-v"] };
    assert.deepEqual(own(command({ args: ["--port=1", "<<EOF"] }, entrypoint)), [
      ...["/srv/main", "-v", "--port=1", "<<EOF"],
    ]);
  });

  it("tell the prober what to ask", () => {
    const flags = (http: SmokeTestArgs["http"]) =>
      (command({ http, timeoutSeconds: 5 }) as string[]).slice(1, -2);
    assert.deepEqual(flags({ port: 8080 }), ["-timeout=5s", "-port=8080", "-path=/", "-status=200"]);
    assert.deepEqual(flags({ port: 1, path: "/a?b", status: 204 }), [
      ...["-timeout=5s", "-port=1", "-path=/a?b", "-status=204"],
    ]);
  });

  it("compile the prober for the platform", () => {
    const stage = rendered({}, {}, "linux/arm/v7")
      .split("\n\n")
      .find((text) => text.includes("AS prober"));
    assert.match(stage ?? "", /ENV GOARCH="arm"\nENV GOARM="7"\n/);
  });

  it("are read by another parser as they are meant", () => {
    const smokeTest = { args: ["$x", "<<EOF", "\\", '"'] };
    const keywords = DockerfileParser.parse(rendered(smokeTest))
      .getInstructions()
      .map((instruction) => instruction.getKeyword());
    assert.equal(keywords.filter((keyword) => keyword === "FROM").length, 5);
    assert.ok(
      keywords.every((keyword) =>
        ["FROM", "WORKDIR", "ENV", "COPY", "RUN", "USER", "ENTRYPOINT"].includes(keyword),
      ),
    );
    assert.deepEqual((command(smokeTest) as string[]).slice(-4), smokeTest.args);
  });
});
