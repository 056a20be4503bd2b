import assert from "node:assert/strict";
import type { RuntimeStageArgs, SmokeTestArgs } from "../../components/args";
import { prober } from "../../components/dockerfile/steps/smokeTestProber";
import { runOf, stagesOf, stepsOf } from "../support/dockerfileText";
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
  const step = stepsOf(rendered(smokeTest, runtime)).find(({ line }) => line.includes("--mount=type=bind"));
  const { options, script } = runOf(step ?? assert.fail());
  assert.equal(options[0], "--network=none");
  return JSON.parse(script);
}

/** The instructions of a stage after its FROM, without those that only the test's stage has. */
function settings(text: string, stage: string): string[] {
  const [from, ...lines] = stagesOf(text).get(stage) ?? assert.fail(stage);
  assert.match(from ?? "", /^FROM /);
  return lines
    .filter((line) => !line.startsWith("RUN --network=none"))
    .map((line) => line.replace("--from=tested", "--from=build"));
}

describe("stages of the smoke test", () => {
  it("are between the build and the image, which otherwise differs only in one stage's name", () => {
    const text = rendered({}).replace(prober, "PROBER\n");
    const [build, image, ...more] = rendered().split("\n\n");
    assert.deepEqual(more, []);
    assert.equal(
      text,
      `${build}

# The smoke test: a program that runs the service and asks it. Nothing of it is in the image.
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
RUN go build -trimpath -ldflags='-s -w' -o prober main.go

# What ships, to be tested as it is.
FROM alpine:3.20.3 AS smoketest
WORKDIR /app
COPY --from=build /out/bin/ /
ENV USER="nonroot"
USER 65532:65532
ENTRYPOINT ["/app/main"]
# The program runs without a network.
RUN --network=none --mount=type=bind,from=prober,source=/prober/prober,target=/run/goimage/prober \\
    ["/run/goimage/prober", "-timeout=30s", "--", "/app/main"]

# The files of the build stage, once the program has passed.
FROM build AS tested
COPY --from=smoketest /app/main /tested

${image?.replace("--from=build", "--from=tested")}`,
    );
  });

  /** All inputs of the stage; without a new one this does not compile. */
  const everything: Required<Omit<RuntimeStageArgs, "alpineVersion">> = {
    image: "corp/alpine:1",
    env: { A: "$B" },
    user: "7",
    workingDirectory: "/srv",
    files: ["web"],
    packages: ["curl"],
    command: ["serve", "$x"],
    entrypoint: ["/srv/main"],
    labels: { a: "b" },
    exposedPorts: ["8080"],
    volumes: ["/data"],
    stopSignal: "SIGINT",
    healthcheck: { command: ["/srv/main", "health"] },
    timezones: true,
  };

  it("test the files and settings of the image that ships", () => {
    const cases = [{}, everything, ...Object.entries(everything).map(([name, value]) => ({ [name]: value }))];
    for (const runtime of cases) {
      const text = rendered({}, runtime);
      const shipped = settings(text, "app");
      assert.deepEqual(settings(text, "smoketest"), shipped);
      assert.ok(shipped.some((line) => line.startsWith("ENTRYPOINT ")));
    }
    for (const keyword of ["LABEL", "EXPOSE", "VOLUME", "STOPSIGNAL", "HEALTHCHECK", "CMD"])
      assert.ok(
        settings(rendered({}, everything), "smoketest").some((line) => line.startsWith(keyword)),
        keyword,
      );
  });

  it("run the program with the test's arguments, or with the image's", () => {
    const runtime = { workingDirectory: "/srv", command: ["serve", "$x"] };
    const own = (words: unknown) => (words as string[]).slice((words as string[]).indexOf("--") + 1);
    assert.deepEqual(own(command({}, runtime)), ["/srv/main", "serve", "$x"]);
    assert.deepEqual(own(command({ args: [] }, runtime)), ["/srv/main"]);
    const entrypoint = { ...runtime, entrypoint: ["/srv/main", "-v"] };
    assert.deepEqual(own(command({ args: ["--port=1", "<<EOF"] }, entrypoint)), [
      ...["/srv/main", "-v", "--port=1", "<<EOF"],
    ]);
  });

  it("pass port, path, status and timeout to the prober", () => {
    const flags = (http: SmokeTestArgs["http"]) =>
      (command({ http, timeoutSeconds: 5 }) as string[]).slice(1, -2);
    assert.deepEqual(flags({ port: 8080 }), ["-timeout=5s", "-port=8080", "-path=/", "-status=200"]);
    assert.deepEqual(flags({ port: 1, path: "/a?b", status: 204 }), [
      ...["-timeout=5s", "-port=1", "-path=/a?b", "-status=204"],
    ]);
  });

  it("compile the prober for the image's platform", () => {
    const stage = stagesOf(rendered({}, {}, "linux/arm/v7")).get("prober") ?? assert.fail();
    assert.ok(stage.includes('ENV GOARCH="arm"') && stage.includes('ENV GOARM="7"'));
  });

  it("are read by a parser as intended", () => {
    const smokeTest = { args: ["$x", "<<EOF", "\\", '"', "a".repeat(100), "b".repeat(100)] };
    const keywords = stepsOf(rendered(smokeTest)).map(({ keyword }) => keyword);
    assert.equal(keywords.filter((keyword) => keyword === "FROM").length, 5);
    const known = ["FROM", "WORKDIR", "ENV", "COPY", "RUN", "USER", "ENTRYPOINT"];
    assert.ok(keywords.every((keyword) => known.includes(keyword)));
    assert.deepEqual((command(smokeTest) as string[]).slice(-6), smokeTest.args);
  });
});
