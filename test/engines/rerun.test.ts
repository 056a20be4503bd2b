// The build that is run again for its output, with programs in place of docker that print what docker would.

import assert from "node:assert/strict";
import { failedOutput, hangingStep, type Rerun } from "../../components/engines/failures/rerun";
import { fakePrograms } from "../support/fakePrograms";
import { makeTree } from "../support/module";

const build: Rerun = {
  dockerfile: ".goimage/infra/prod/api.Dockerfile",
  context: ".goimage/infra/prod/api",
  platforms: ["linux/arm64"],
  buildArgs: { GOIMAGE_SEED: "registry.example.com/api@sha256:abc" },
  builder: undefined,
  ssh: undefined,
  secrets: {},
  password: undefined,
};
const failed = (...lines: string[]) =>
  [
    "#12 [build 6/7] RUN go build",
    ...lines.map((line) => `#12 0.303 ${line}`),
    "#12 ERROR: exit code: 1",
  ].join("\n");

const base64 = (text: string) => Buffer.from(text).toString("base64");

describe("a failed build, run again", () => {
  const { install, written } = fakePrograms();
  const prints = (text: string) => `cat <<'END'\n${text}\nEND`;

  it("shows the failed step's lines", async () => {
    install({ docker: `${prints(failed("main.go:9:10: undefined: x"))} >&2` });
    assert.equal(await failedOutput(build), "the build failed:\nmain.go:9:10: undefined: x");
    const options =
      "--progress=plain --platform=linux/arm64 --build-arg=SOURCE_DATE_EPOCH=0 --build-arg=GOIMAGE_SEED=registry.example.com/api@sha256:abc";
    assert.equal(written("calls"), `buildx build ${options} --file=${build.dockerfile} ${build.context}\n`);
    assert.match(written("env"), /^DOCKER_BUILDKIT=1$/m);
  });

  it("uses builder and agent, passes secrets in the environment, and masks them in the output", async () => {
    install({ docker: prints(failed("fatal: machine x login robot-1 password hush-hush, and opensesame")) });
    const netrc = "machine x login robot-1 password hush-hush";
    const secrets = { "goimage-netrc": netrc };
    const text = await failedOutput({
      ...build,
      builder: "b1",
      ssh: "goimage-ssh-0a",
      secrets,
      password: "opensesame",
    });
    assert.doesNotMatch(text, /hush-hush|opensesame/);
    const calls = written("calls");
    assert.ok(
      calls.includes("--builder=b1 --ssh=goimage-ssh-0a --secret=id=goimage-netrc,env=GOIMAGE_GOIMAGE_NETRC"),
    );
    assert.doesNotMatch(calls, /hush/);
    assert.ok(written("env").includes(`GOIMAGE_GOIMAGE_NETRC=${netrc}`));
  });

  it("masks a netrc's secrets in every form that git and curl print", async () => {
    const netrc =
      "machine git.example.com login robot-1 password p4ss/w+rd=\nmachine b login second password 0ther&word";
    const lines = [
      `> Authorization: Basic ${base64("robot-1:p4ss/w+rd=")}`,
      `> Authorization: Basic ${base64("x-access-token:p4ss/w+rd=")}`,
      `fatal: unable to access 'https://robot-1:${encodeURIComponent("p4ss/w+rd=")}@git.example.com/x/'`,
      `{"password":"0ther\\u0026word","auth":"${base64("second:0ther&word")}"}`,
      `machine git.example.com login robot-1 password p4ss/w+rd=`,
    ];
    install({ docker: prints(failed(...lines)) });
    const text = await failedOutput({ ...build, secrets: { "goimage-netrc": netrc } });
    assert.deepEqual(text.split("\n").slice(1), [
      "> Authorization: Basic ***",
      // The user, whom the netrc does not name, may be seen.
      `> Authorization: Basic ${base64("x-access-token:").slice(0, 20)}***`,
      "fatal: unable to access 'https://git.example.com/x/'",
      '{"password":"***","auth":"***"}',
      "machine git.example.com login *** password ***",
    ]);
  });

  it("masks secrets in wrapped base64", async () => {
    const netrc =
      "machine git.example.com login robot-1 password 0ther&word-with-some-length-of-its-own-and-then-a-little-more";
    const lines = base64(`# for pipelines\n${netrc}`).match(/.{1,76}/g) ?? [];
    assert.equal(lines.length, 3);
    install({ docker: prints(failed("+ base64 /root/.netrc", ...lines, "fatal: refused")) });
    const shown = (await failedOutput({ ...build, secrets: { "goimage-netrc": netrc } })).split("\n");
    assert.deepEqual(shown.slice(1), [
      "+ base64 /root/.netrc",
      `${base64("# for pipelines\n").slice(0, 21)}***`,
      "***",
      "***",
      "fatal: refused",
    ]);
  });

  it("falls back to docker-buildx and to docker build without the buildx plugin", async () => {
    const plain = `[ "$1" = build ] || exit 1\n${prints(failed("from docker build"))}`;
    install({ docker: plain });
    assert.match(await failedOutput(build), /from docker build$/);
    assert.match(written("calls"), /^buildx build .*\nbuild .*\n$/);
    install({ docker: plain, "docker-buildx": prints(failed("from buildx")) });
    assert.match(await failedOutput(build), /from buildx$/);
  });

  it("gives the command to run when the output shows no failed step", async () => {
    install({ docker: prints("#12 ERROR: of no step") });
    const text = await failedOutput(build);
    assert.match(
      text,
      /^the build failed; to see its output, run in the Pulumi project: docker buildx build --/,
    );
    assert.ok(text.endsWith(` --file=${build.dockerfile} ${build.context}`));
  });

  it("leaves no timer behind when there is no docker", async () => {
    process.env["PATH"] = makeTree({});
    const timers = () => process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
    // mocha's own begins once the test waits.
    await new Promise((resolve) => setImmediate(resolve));
    const before = timers();
    assert.match(await failedOutput(build), /^the build failed; to see its output/);
    assert.equal(timers(), before);
  });

  it("names the step in which the build hangs", async () => {
    const begun = [
      "#1 [internal] load x",
      "#1 DONE 0.1s",
      "#5 [app 1/3] FROM a",
      "#4 [build 2/6] RUN go",
      "#5 CACHED",
    ];
    const hangs = (...lines: string[]) => {
      install({ docker: `${prints(lines.join("\n"))}\nexec sleep 60` });
      return hangingStep({ ...build, password: "opensesame" }, 500);
    };
    assert.equal(await hangs(...begun), "[build 2/6] RUN go");
    assert.equal(await hangs(...begun, "#4 DONE 3.0s", "#6 exporting to image"), "exporting to image");
    assert.equal(await hangs("#40 [build 2/6] RUN opensesame", "#4 DONE 1s"), "[build 2/6] RUN ***");
    install({ docker: prints([...begun, "#4 DONE 3.0s"].join("\n")) });
    assert.equal(await hangingStep(build, 500), undefined);
  });

  it("shows the last hundred lines", async () => {
    const script = `i=0; while [ $i -lt 150 ]; do echo "#12 0.1 line $i"; i=$((i + 1)); done`;
    install({ docker: `echo '#12 [build 6/7] RUN x'\n${script}\necho '#12 ERROR: x'` });
    const lines = (await failedOutput(build)).split("\n");
    assert.deepEqual(lines.slice(0, 3), ["the build failed:", "(50 more lines before these)", "line 50"]);
    assert.equal(lines.at(-1), "line 149");
  });

  it("shows the end of a very long output", async () => {
    const flood = `head -c 20000000 /dev/zero | tr '\\0' 'x' | fold -w 1000; echo`;
    install({ docker: `${flood}\n${prints(failed("the end"))}` });
    assert.equal(await failedOutput(build), "the build failed:\nthe end");
  }).timeout(20_000);
});
