// User strings are data: a parser that is not ours must read back exactly the instructions that were meant.

import assert from "node:assert/strict";
import { DockerfileParser } from "dockerfile-ast";
import * as path from "node:path";
import * as fc from "fast-check";
import type { Plan } from "../../components/dockerfile";
import { fast } from "../../components/dockerfile/fast";
import { validate } from "../../components/inputs";
import { callsOf, compileCalls } from "../support/calls";
import { runOf, stepsOf } from "../support/dockerfileText";
import { nastier as nasty, nasty as harmless } from "../support/nasty";
import { examplePlan, fastWith } from "../support/plan";

const name = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,8}$/);
const runtimes = fc.record({
  env: fc.dictionary(name, nasty, { maxKeys: 4 }),
  labels: fc.dictionary(name, nasty, { maxKeys: 4 }),
  command: fc.array(nasty, { maxLength: 4 }),
  entrypoint: fc.array(nasty, { minLength: 1, maxLength: 4 }),
  healthcheck: fc.record({ command: fc.array(nasty, { minLength: 1, maxLength: 3 }) }),
  files: fc.array(nasty, { maxLength: 3 }),
});
const builds = fc.record({
  env: fc.dictionary(name, nasty, { maxKeys: 3 }),
  flags: fc.array(
    nasty.map((text) => `-p=${text}`),
    { maxLength: 2 },
  ),
  buildTags: fc.array(fc.stringMatching(/^[a-z][\w.]{0,5}$/), { maxLength: 2 }),
  ldflags: fc.array(
    nasty.map((text) => `-X main.v=${text}`),
    { maxLength: 2 },
  ),
  goProxy: nasty,
});

/** Without the backslashes at the ends of lines. */
const onOneLine = (text: string) => text.replace(/ \\\n */g, " ");

/** Undoes the quoting of a value in double quotes, as BuildKit's lexer does; fails on what it would expand. */
function unquoted(text: string): string {
  assert.match(text, /^"(?:[^"\\$]|\\[\\"$])*"$/s);
  return text.slice(1, -1).replace(/\\([\\"$])/g, "$1");
}

/** Source and target of a COPY, as BuildKit reads them: words or JSON, then quotes and variables in each. */
function copied(text: string): string[] {
  if (!text.startsWith("[")) return text.split(" ");
  const words = JSON.parse(text) as string[];
  for (const word of words) assert.match(word, /^(?:[^"'$\\]|\\["'$])*$/s);
  return words.map((word) => word.replace(/\\(["'$])/g, "$1"));
}

/** Words as the go command splits the text of -ldflags. */
function linkerWords(text: string): string[] {
  return [...text.matchAll(/'([^']*)'|"([^"]*)"|([^ ]+)/g)].map(
    ([, one, two, plain]) => one ?? two ?? plain ?? "",
  );
}

/** What can be a word of -ldflags at all: the go command knows no escapes. */
const isLinkerWord = (word: string) => !(word.includes("'") && word.includes('"'));

/** The call of go build, with what the go command makes of -ldflags, and that of find. */
function assertCompiles({ spec: { build, runtime }, service }: Plan, calls: string[][]): void {
  const [[...go] = [], ...others] = calls;
  const ldflags = go[4] ?? "";
  assert.deepEqual(go.slice(0, 4), ["go", "build", "-trimpath", "-buildvcs=false"]);
  assert.ok(ldflags.startsWith("-ldflags="));
  assert.deepEqual(linkerWords(ldflags.slice("-ldflags=".length)), ["-s", "-w", ...build.linkerFlags]);
  assert.deepEqual(go.slice(5), [
    ...(build.buildTags.length > 0 ? [`-tags=${build.buildTags.join(",")}`] : []),
    ...build.flags,
    ...["-o", `/out/bin${runtime.binary}`, service.mainPackage],
  ]);
  assert.deepEqual(others, [["find", "/out", "-exec", "touch", "-h", "-d", "@0", "{}", "+"]]);
}

describe("a rendered Dockerfile, read by another parser", () => {
  it("has exactly the intended instructions for all valid inputs", () => {
    const compiled: { text: string; plan: Plan }[] = [];
    fc.assert(
      fc.property(runtimes, builds, (runtime, build) => {
        const args = { source: ".", repository: "r.example/x", build, runtime };
        if (validate("GoMultiStageImage", args).length > 0) return;
        const { text } = fastWith({ build }, runtime);
        compiled.push({ text, plan: examplePlan({ build, runtime }) });
        const env = { USER: "nonroot", ...runtime.env };
        const buildEnv = {
          ...{
            CGO_ENABLED: "0",
            GOARCH: "amd64",
            GOOS: "linux",
            GOTOOLCHAIN: "local",
            GOPROXY: build.goProxy,
          },
          ...build.env,
        };
        const instructions = DockerfileParser.parse(text).getInstructions();
        assert.deepEqual(
          instructions.map((instruction) => instruction.getKeyword()),
          [
            ...["FROM", "WORKDIR"],
            ...Object.keys(buildEnv).map(() => "ENV"),
            ...["COPY", "RUN", "COPY"],
            ...runtime.files.map(() => "COPY"),
            ...["RUN", "FROM", "WORKDIR"],
            ...(runtime.files.length > 0 ? ["COPY"] : []),
            "COPY",
            ...Object.keys(env).map(() => "ENV"),
            ...Object.keys(runtime.labels).map(() => "LABEL"),
            ...["HEALTHCHECK", "USER", "ENTRYPOINT", "CMD"],
          ],
        );
        assert.equal(DockerfileParser.parse(text).getDirectives().length, 0);
        assert.deepEqual(
          stepsOf(text).map(({ keyword }) => keyword),
          instructions.map((instruction) => instruction.getKeyword()),
        );
        const raw = (keyword: string) =>
          instructions
            .filter((found) => found.getKeyword() === keyword)
            .map((found) => onOneLine(found.getRawArgumentsContent() ?? ""));
        const pairs = (values: Record<string, string>) =>
          Object.keys(values)
            .sort()
            .map((key) => [key, values[key]]);
        const parsed = (texts: string[]) =>
          texts.map((pair) => [
            pair.slice(0, pair.indexOf("=")),
            unquoted(pair.slice(pair.indexOf("=") + 1)),
          ]);
        assert.deepEqual(parsed(raw("LABEL")), pairs(runtime.labels));
        const [ofBuild, ofRuntime] = [Object.keys(buildEnv).length, -Object.keys(env).length];
        assert.deepEqual(parsed(raw("ENV").slice(0, ofBuild)), pairs(buildEnv));
        assert.deepEqual(parsed(raw("ENV").slice(ofRuntime)), pairs(env));
        assert.deepEqual(
          instructions
            .filter((found) => found.getKeyword() === "COPY")
            .slice(2, 2 + runtime.files.length)
            // BuildKit takes flags at the beginning alone; this parser also finds some in an array's strings.
            .map((found) => copied(onOneLine(found.getTextContent()).replace(/^COPY /, ""))),
          runtime.files.map((file) => [path.posix.join(file), path.posix.join("/out/files/app", file)]),
        );
        assert.deepEqual(JSON.parse(raw("ENTRYPOINT")[0] ?? ""), runtime.entrypoint);
        assert.deepEqual(JSON.parse(raw("CMD")[0] ?? ""), runtime.command);
        assert.deepEqual(
          JSON.parse((raw("HEALTHCHECK")[0] ?? "").replace(/^CMD /, "")),
          runtime.healthcheck.command,
        );
      }),
      { numRuns: 3000 },
    );
    // Were everything refused, nothing would have been shown.
    assert.ok(compiled.length > 300, `only ${compiled.length} of the cases were rendered`);
    for (const [n, calls] of compileCalls(compiled.map(({ text }) => text)).entries())
      assertCompiles(compiled[n]?.plan ?? assert.fail(), calls);
  });

  it("calls programs with the intended words, even for inputs that validation refuses", () => {
    const compiled: { text: string; plan: Plan; packages: string[]; hosts: string[] }[] = [];
    const host = fc.stringMatching(/^[a-z]{1,5}\.example\.com$/);
    fc.assert(
      fc.property(
        fc.record({
          flags: fc.array(harmless, { maxLength: 4 }),
          linkerFlags: fc.array(harmless.filter(isLinkerWord), { maxLength: 6 }),
          buildTags: fc.array(harmless, { maxLength: 2 }),
          packages: fc.uniqueArray(harmless, { minLength: 1, maxLength: 3 }),
          mainPackage: harmless,
          directory: harmless,
          hosts: fc.uniqueArray(host, { minLength: 1, maxLength: 2 }),
        }),
        ({ packages, mainPackage, directory, hosts, ...build }) => {
          const valid = examplePlan({
            build: { ssh: true, goPrivate: hosts.join(","), sshKnownHosts: "x" },
            runtime: { packages: ["x"] },
          });
          const spec = {
            ...valid.spec,
            build: { ...valid.spec.build, ...build },
            runtime: { ...valid.spec.runtime, packages, binary: `/app/${directory}` },
          };
          const plan = { ...valid, spec, service: { ...valid.service, mainPackage } };
          compiled.push({ plan, text: fast(plan).text, packages, hosts });
        },
      ),
      { numRuns: 500 },
    );
    const texts = compiled.map(({ text }) => text);
    const steps = texts.map((text) => stepsOf(text));
    for (const [n, calls] of compileCalls(texts).entries())
      assertCompiles(compiled[n]?.plan ?? assert.fail(), calls);
    const scripts = (program: string) =>
      steps.map((all) =>
        all
          .filter(({ keyword, operand }) => keyword === "RUN" && operand.startsWith(`${program} `))
          .map((step) => runOf(step).script)
          .join("\n"),
      );
    for (const [n, calls] of callsOf(scripts("apk"), ["apk"]).entries()) {
      const options = ["add", "--root", "/out/packages", "--no-cache", "--no-scripts"];
      assert.deepEqual(calls, [["apk", ...options, ...[...(compiled[n]?.packages ?? [])].sort()]]);
    }
    for (const [n, calls] of callsOf(scripts("git"), ["git"]).entries()) {
      const rewritten = (name: string) => [`url.ssh://git@${name}/.insteadOf`, `https://${name}/`];
      assert.deepEqual(
        calls,
        compiled[n]?.hosts.map((name) => ["git", "config", "--system", ...rewritten(name)]),
      );
    }
  });

  it("has base images exactly as given", () => {
    const image = fc.oneof(
      nasty,
      fc
        .tuple(fc.constantFrom("alpine", "r.example:5000/a/b", "golang:1.23"), nasty)
        .map((parts) => parts.join("")),
      fc.stringMatching(/^[a-z][a-z0-9]{0,5}([.:/_@-]?[a-z0-9]{1,4}){0,3}$/),
    );
    let rendered = 0;
    fc.assert(
      fc.property(image, image, (first, second) => {
        const build = { image: first };
        const runtime = { image: second };
        const args = { source: ".", repository: "r.example/x", build, runtime };
        if (validate("GoMultiStageImage", args).length > 0) return;
        rendered++;
        const parsed = DockerfileParser.parse(fastWith({ build }, runtime).text);
        assert.deepEqual(
          parsed.getFROMs().map((found) => [found.getImage(), found.getBuildStage()]),
          [
            [first, "build"],
            [second, "app"],
          ],
        );
      }),
      { numRuns: 3000 },
    );
    assert.ok(rendered > 50, `only ${rendered} of the cases were rendered`);
  });
});
