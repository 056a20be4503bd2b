import assert from "node:assert/strict";
import type { RuntimeStageArgs } from "../../components/args";
import { stageNames } from "../../components/inputs";
import { linesOf, runOf, stagesOf, stepsOf } from "../support/dockerfileText";
import { fastWith, type PlanChange } from "../support/plan";

function lines(packages: string[], change: PlanChange = {}, runtime: RuntimeStageArgs = {}): string[] {
  return linesOf(fastWith(change, { ...runtime, packages }).text);
}

/** The command of the step that calls apk. */
function apkCommand(text: string): string {
  const [run, ...more] = stepsOf(text).filter(
    ({ keyword, line }) => keyword === "RUN" && line.includes("apk add"),
  );
  assert.deepEqual(more, []);
  return runOf(run ?? assert.fail()).script;
}

const smokeTest = { http: { port: 8080 } };

describe("packages in the image", () => {
  it("are installed on the builder's platform, and copied before the files and the binary", () => {
    const runtime = { image: "corp/alpine:1", packages: ["curl"], files: ["static"] };
    const found = stagesOf(fastWith({ platforms: ["linux/arm64"] }, runtime).text);
    assert.deepEqual([...found.keys()], ["build", "base", "packages", "app"]);
    assert.deepEqual(found.get("base"), ["FROM corp/alpine:1 AS base"]);
    assert.equal(found.get("packages")?.[0], "FROM --platform=$BUILDPLATFORM corp/alpine:1 AS packages");
    assert.deepEqual(found.get("app")?.slice(0, 5), [
      "FROM corp/alpine:1 AS app",
      "WORKDIR /app",
      "COPY --from=packages /out/packages/ /",
      "COPY --from=build /out/files/ /",
      "COPY --from=build /out/bin/ /",
    ]);
    const commands = (stage: string) => found.get(stage)?.filter((line) => line.startsWith("RUN")) ?? [];
    assert.deepEqual([...commands("base"), ...commands("app")], []);
    // What a base image sets as its user may not install.
    assert.deepEqual(found.get("packages")?.slice(1, 3), ['SHELL ["/bin/sh", "-c"]', "USER 0:0"]);
  });

  it("are quoted, sorted words of the apk command", () => {
    const { text } = fastWith(
      {},
      {
        packages: ["zlib>=1.3", "curl=8.9.1-r1", "abuild@edge", "curl-dev~8"],
      },
    );
    assert.equal(
      apkCommand(text),
      "apk add --root /out/packages --no-cache --no-scripts abuild@edge 'curl-dev~8' curl=8.9.1-r1 'zlib>=1.3'",
    );
    assert.doesNotMatch(text, /<</);
    assert.deepEqual(lines(["b", "a"]), lines(["a", "b"]));
  });

  it("leave the Dockerfile unchanged when there are none", () => {
    const { text } = fastWith({}, {});
    assert.equal(fastWith({}, { packages: [] }).text, text);
    assert.deepEqual([...stagesOf(text).keys()], ["build", "app"]);
  });

  it("are installed with the pinned base in every stage", () => {
    const pinned = `alpine:3.20.3@sha256:${"a".repeat(64)}`;
    const digests = { "alpine:3.20.3": `sha256:${"a".repeat(64)}` };
    const { text } = fastWith({}, { packages: ["curl"] }, digests);
    const froms = linesOf(text).filter((line) => line.startsWith("FROM") && line.includes("alpine:"));
    assert.equal(froms.length, 3);
    for (const from of froms) assert.ok(from.includes(` ${pinned} AS `), from);
  });

  it("are downloaded with a company's certificates, which no other step gets", () => {
    const { text } = fastWith({ build: { caCertificates: "pem" } }, { packages: ["curl"] });
    const mounted = (stagesOf(text).get("packages") ?? []).filter((line) => line.includes("id=goimage-ca"));
    assert.equal(mounted.length, 1);
    assert.match(mounted[0] ?? "", / apk add /);
    const without = fastWith({}, { packages: ["curl"] }).text;
    assert.doesNotMatch(without, /goimage-ca|ca\.pem/);
  });

  it("are in the image that the smoke test runs, too", () => {
    const found = stagesOf(fastWith({ smokeTest }, { packages: ["curl"] }).text);
    for (const stage of ["smoketest", "app"])
      assert.ok(found.get(stage)?.includes("COPY --from=packages /out/packages/ /"), stage);
  });

  it("use stages whose names are all reserved", () => {
    const { text } = fastWith({ smokeTest, cache: {} }, { packages: ["curl"] });
    assert.deepEqual([...stagesOf(text).keys()].sort(), [...Object.values(stageNames), "app"].sort());
  });
});
