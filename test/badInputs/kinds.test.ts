// Rows of test/badInputs.md about values of another kind than their place wants.

import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import type { InputCheck } from "../../components/inputs/inputChecks";
import { inputTables } from "../../components/inputs/validate";
import { problems } from "../support/problems";

describe("values of the wrong kind", () => {
  const circle: Record<string, unknown> = {};
  circle["self"] = circle;
  const wrong: [string, () => unknown][] = [
    ["null", () => null],
    ["a number", () => 5],
    ["NaN", () => NaN],
    ["a bigint", () => 5n],
    ["true", () => true],
    ["a list", () => [1, null]],
    ["a sparse list", () => new Array<string>(2)],
    ["a list in a list", () => [["x"]]],
    ["an object", () => ({ a: 1 })],
    ["a circle", () => circle],
    ["a Map", () => new Map([["A", "b"]])],
    ["a function", () => () => "x"],
    ["a symbol", () => Symbol("x")],
    ["an Output", () => pulumi.output("x")],
    ["a secret Output", () => pulumi.secret("hunter2")],
    ["an Output in a list", () => [pulumi.secret("hunter2")]],
    ["a Promise", () => Promise.resolve("hunter2")],
    ["prototype keys", () => JSON.parse('{"__proto__": {"x": "y"}, "constructor": 1}') as object],
  ];
  const places = [
    ...paths(inputTables.GoMultiStageImage),
    ...["build.env.X", "runtime.env.X", "runtime.labels.x"],
  ];
  const late = ["an Output", "a secret Output", "a Promise"];
  /** What is right in a place although it would be wrong in others. */
  const right = (place: string, kind: string) =>
    (late.includes(kind) &&
      /^(repository|tags|cache\.repository|registry\.(username|password)|build\.(netrc|caCertificates))$/.test(
        place,
      )) ||
    (kind === "an Output in a list" && place === "tags") ||
    (kind === "true" &&
      /^(build\.cgoEnabled|cache\.(write|newest)|registry\.insecure|retainOnDelete|runtime\.timezones)$/.test(
        place,
      )) ||
    (kind === "a number" &&
      /Seconds$|retries$|^max(Size|Growth)$|^compressionLevel$|^smokeTest\.http\.port$/.test(place));

  for (const place of places) {
    it(`bad input 50: values of the wrong kind are refused in ${place}`, () => {
      for (const [kind, make] of wrong) {
        if (right(place, kind)) continue;
        const found = problems(nested(place, make()));
        assert.ok(found.length > 0, `${kind} is accepted`);
        assert.ok(
          found.some((text) => text.startsWith(place)),
          `${kind}: ${found.join("; ")}`,
        );
        assert.ok(!found.join().includes("hunter2"), "a value is shown");
      }
    });
  }

  it("bad input 51: prototype keys are data as variables, and refused as labels or inputs", () => {
    const keys = JSON.parse('{"__proto__": "a", "constructor": "b", "toString": "c"}') as object;
    assert.deepEqual(problems({ runtime: { env: keys }, build: { env: keys } }), []);
    const [first = ""] = problems({ runtime: { labels: keys } });
    assert.match(first, /^runtime\.labels: the name "__proto__" is not a label/);
    assert.match(problems(keys).join("\n"), /^__proto__: is unknown.*\nconstructor: is unknown/);
  });

  it("bad input 52: a secret Output is refused where it would end up in the image", () => {
    const secret = pulumi.secret("hunter2");
    const inImage = /an Output is not .*; it must be known when the program runs\. If it is a secret: /;
    const deployed = /pass it where the container is deployed \(its env or a mounted file\)$/;
    const download = /credentials for module downloads go into build\.netrc$/;
    for (const [change, way] of [
      [{ runtime: { env: { TOKEN: secret } } }, deployed],
      [{ runtime: { env: secret } }, deployed],
      [{ runtime: { labels: { a: secret } } }, deployed],
      [{ runtime: { command: ["--token", secret] } }, deployed],
      [{ runtime: { entrypoint: ["/x", secret] } }, deployed],
      [{ runtime: { healthcheck: { command: ["/x", secret] } } }, deployed],
      [{ build: { env: { TOKEN: secret } } }, download],
      [{ build: { ldflags: [secret] } }, download],
      [{ build: { flags: [secret] } }, download],
      [{ build: { goProxy: secret } }, download],
      [{ build: { image: secret } }, download],
    ] as const) {
      const [found = "", ...others] = problems(change);
      assert.deepEqual(others, []);
      assert.match(found, inImage);
      assert.match(found, way);
    }
    assert.deepEqual(problems({ source: secret }), [
      "source: an Output is not a string; it must be known when the program runs",
    ]);
  });
});

/** The path of every input there is, such as "runtime.healthcheck.retries". */
function paths(table: object, prefix = ""): string[] {
  return Object.entries(table as Record<string, InputCheck>).flatMap(([name, { fields }]) => [
    `${prefix}${name}`,
    ...(fields === undefined ? [] : paths(fields, `${prefix}${name}.`)),
  ]);
}

/** `{ runtime: { env: { X: value } } }` for "runtime.env.X", with what else makes the arguments right. */
function nested(place: string, value: unknown): object {
  const inner = place.split(".").reduceRight<unknown>((rest, name) => ({ [name]: rest }), value) as Record<
    string,
    Record<string, unknown>
  >;
  if (place.startsWith("registry.")) Object.assign(inner["registry"] ?? {}, restOfLogin(place));
  return inner;
}

function restOfLogin(place: string): object {
  return place === "registry.username"
    ? { password: "p" }
    : place === "registry.password"
      ? { username: "u" }
      : {};
}
