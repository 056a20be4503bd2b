import assert from "node:assert/strict";
import { DockerfileParser } from "dockerfile-ast";
import type { RuntimeStageArgs } from "../../components/args";
import { stageNames } from "../../components/inputs";
import { fastWith, type PlanChange } from "../support/plan";

function lines(packages: string[], change: PlanChange = {}, runtime: RuntimeStageArgs = {}): string[] {
  return fastWith(change, { ...runtime, packages }).text.split("\n");
}

/** The lines of each stage's instructions, where another parser sees them. */
function stages(text: string): Map<string, string[]> {
  const found = new Map<string, string[]>();
  let stage: string[] = [];
  for (const instruction of DockerfileParser.parse(text).getInstructions()) {
    const line = text.split("\n")[instruction.getRange().start.line] ?? "";
    const name = / AS (\w+)$/.exec(line)?.[1];
    if (instruction.getKeyword() === "FROM" && name !== undefined) found.set(name, (stage = []));
    stage.push(line);
  }
  return found;
}

/** Words of the RUN in exec form that calls apk. */
function apkCommand(text: string): string[] {
  const run = (stages(text).get("packages") ?? []).filter(
    (line) => line.startsWith("RUN") && line.includes('"apk"'),
  );
  assert.equal(run.length, 1);
  return JSON.parse(run[0]?.slice(run[0].indexOf("[")) ?? "") as string[];
}

const smokeTest = { http: { port: 8080 } };

describe("packages in the image", () => {
  it("are installed on the builder's platform and copied before files and binary", () => {
    const runtime = { image: "corp/alpine:1", packages: ["curl"], files: ["static"] };
    const found = stages(fastWith({ platforms: ["linux/arm64"] }, runtime).text);
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
    assert.equal(found.get("packages")?.[1], "USER 0:0");
  });

  it("stand in the command as words of their own, sorted, whatever is in them", () => {
    const { text } = fastWith(
      {},
      {
        packages: ["zlib>=1.3", "curl=8.9.1-r1", "abuild@edge", "curl-dev~8"],
      },
    );
    assert.deepEqual(apkCommand(text), [
      ...["apk", "add", "--root", "/out/packages", "--no-cache", "--no-scripts"],
      ...["abuild@edge", "curl-dev~8", "curl=8.9.1-r1", "zlib>=1.3"],
    ]);
    assert.doesNotMatch(text.replace(/^# Of several builds at once, .*$/m, ""), /<<|^#/m);
    assert.deepEqual(lines(["b", "a"]), lines(["a", "b"]));
  });

  it("leave the Dockerfile as it is where there are none", () => {
    const { text } = fastWith({}, {});
    assert.equal(fastWith({}, { packages: [] }).text, text);
    assert.deepEqual([...stages(text).keys()], ["build", "app"]);
  });

  it("come from the pinned base, in every stage", () => {
    const pinned = `alpine:3.20.3@sha256:${"a".repeat(64)}`;
    const digests = { "alpine:3.20.3": `sha256:${"a".repeat(64)}` };
    const { text } = fastWith({}, { packages: ["curl"] }, digests);
    assert.equal(text.match(/^FROM .*alpine.*$/gm)?.length, 3);
    for (const from of text.match(/^FROM .*alpine.*$/gm) ?? [])
      assert.ok(from.includes(` ${pinned} AS `), from);
  });

  it("see a company's authorities in the step that downloads them, and only there", () => {
    const { text } = fastWith({ build: { caCertificates: "pem" } }, { packages: ["curl"] });
    const mounted = (stages(text).get("packages") ?? []).filter((line) => line.includes("id=goimage-ca"));
    assert.equal(mounted.length, 1);
    assert.match(mounted[0] ?? "", /"apk","add"/);
    const without = fastWith({}, { packages: ["curl"] }).text;
    assert.doesNotMatch(without, /goimage-ca|ca\.pem/);
  });

  it("are in the image that the smoke test runs", () => {
    const found = stages(fastWith({ smokeTest }, { packages: ["curl"] }).text);
    for (const stage of ["smoketest", "app"])
      assert.ok(found.get(stage)?.includes("COPY --from=packages /out/packages/ /"), stage);
  });

  it("have stages whose names no base image can have", () => {
    const { text } = fastWith({ smokeTest, cache: {} }, { packages: ["curl"] });
    assert.deepEqual([...stages(text).keys()].sort(), [...Object.values(stageNames), "app"].sort());
  });
});
