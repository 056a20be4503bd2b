// A build to an archive, with programs in place of docker.

import assert from "node:assert/strict";
import type { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { buildArchive } from "../../components/engines";
import { fakePrograms } from "../support/fakePrograms";

const build = {
  ...{ dockerfile: "/p/seed.Dockerfile", context: "/p/seed", platforms: ["linux/arm64"] },
  ...{ buildArgs: {}, builder: "b1", ssh: undefined, password: undefined },
  secrets: { "goimage-netrc": "machine x login robot-1 password hush-hush" },
};

describe("a build to an archive", () => {
  const { install, written, directory } = fakePrograms();
  const steps: string[] = [];
  async function run(
    take: (archive: Readable) => Promise<string> = async (archive) => String(await buffer(archive)),
  ) {
    steps.length = 0;
    return buildArchive(build, { take, step: (name) => steps.push(name), milliseconds: 20_000 });
  }
  const says = (...lines: string[]) => `printf '%s\\n' ${lines.map((line) => `'${line}'`).join(" ")} >&2`;

  it("returns the command's output, and reports each step once without secrets", async () => {
    install({
      docker: `${says("#1 [internal] load", "#4 [build 2/3] RUN hush-hush", "#4 0.1 x", "#4 [build 2/3] RUN hush-hush")}\nprintf tar`,
    });
    assert.equal(await run(), "tar");
    assert.deepEqual(steps, ["[internal] load", "[build 2/3] RUN ***"]);
    assert.equal(
      written("calls"),
      "buildx build --progress=plain --platform=linux/arm64 --output=type=tar,dest=- --builder=b1 " +
        "--secret=id=goimage-netrc,env=GOIMAGE_GOIMAGE_NETRC --file=/p/seed.Dockerfile /p/seed\n",
    );
    assert.match(written("env"), /^BUILDX_NO_DEFAULT_ATTESTATIONS=1$/m);
    assert.match(written("env"), /^DOCKER_BUILDKIT=1$/m);
  });

  it("fails with the lines of the failed step, without secrets", async () => {
    install({
      docker: `${says("#4 [build 2/3] RUN go", "#4 0.3 wrong hush-hush", "#4 ERROR: exit code: 1")}\nprintf part; exit 1`,
    });
    await assert.rejects(run(), { message: "the build failed:\nwrong ***" });
    install({ docker: `${says("#1 [internal] load", "ERROR: failed to solve: hush-hush")}; exit 1` });
    await assert.rejects(run(), { message: "the build failed: ERROR: failed to solve: ***" });
    install({ docker: `${says("#1 [internal] load")}; kill -9 $$` });
    await assert.rejects(run(), /^Error: the build failed: /);
  });

  it("falls back to docker-buildx and to docker build without the buildx plugin", async () => {
    const noPlugin = `[ "$1" = build ] || { ${says("unknown command: docker buildx")}; exit 1; }\nprintf old`;
    install({ docker: noPlugin });
    assert.equal(await run(), "old");
    install({ docker: noPlugin, "docker-buildx": "printf alone" });
    assert.equal(await run(), "alone");
  });

  it("says what to install when nothing can build", async () => {
    install({});
    process.env["PATH"] = directory();
    await assert.rejects(run(), {
      message: "docker's command line cannot build here: install docker buildx",
    });
    install({ docker: `${says("unknown command: docker $1")}; exit 1` });
    await assert.rejects(run(), /cannot build here \(unknown command: docker .*\): install docker buildx$/);
  });

  it("fails when the archive's reader fails", async () => {
    install({ docker: `${says("#1 [internal] load")}; exec cat /dev/zero` });
    await assert.rejects(
      run((archive) => {
        archive.destroy();
        return Promise.reject(new Error("the disk is full"));
      }),
      /the disk is full/,
    );
  });

  it("is stopped when it takes too long", async () => {
    install({ docker: `${says("#1 [internal] load")}; exec sleep 60` });
    const options = {
      take: (archive: Readable) => buffer(archive),
      step: () => undefined,
      milliseconds: 300,
    };
    await assert.rejects(buildArchive(build, options), /the build took longer than 0\.005 minutes/);
  });
});
