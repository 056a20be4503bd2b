import assert from "node:assert/strict";
import { validate } from "../../components/inputs";
import { selectEngine } from "../../components/inputs/engineChoice";
import { problems as problemsOf } from "../support/problems";

const problems = (smokeTest: unknown, more: object = {}) => problemsOf({ smokeTest, ...more });

describe("validation of smokeTest", () => {
  it("accepts the empty object and every setting", () => {
    assert.deepEqual(problems(undefined), []);
    assert.deepEqual(problems({}), []);
    const http = { port: 65535, path: "/a/%20b?c=$d", status: 204 };
    assert.deepEqual(problems({ args: ["", "é $x"], http, timeoutSeconds: 600 }), []);
  });

  for (const [smokeTest, expected] of [
    [true, /^smokeTest: a boolean is not an object/],
    [{ command: [] }, /^smokeTest\.command: is unknown; allowed are args, http, timeoutSeconds/],
    [{ args: "serve" }, /^smokeTest\.args: "serve" is not a list/],
    [{ args: ["a\nRUN b"] }, /^smokeTest\.args\[0\]: .*control character/],
    [{ timeoutSeconds: 0 }, /^smokeTest\.timeoutSeconds: 0 is not a whole number from 1 to 600/],
    [{ timeoutSeconds: 601 }, /^smokeTest\.timeoutSeconds: 601 is not/],
    [{ timeoutSeconds: 1.5 }, /^smokeTest\.timeoutSeconds: 1\.5 is not/],
    [{ http: {} }, /^smokeTest\.http\.port: is required/],
    [{ http: 8080 }, /^smokeTest\.http: a number is not an object/],
    [{ http: { port: 65536 } }, /^smokeTest\.http\.port: 65536 is not a whole number from 1 to 65535/],
    [{ http: { port: "80" } }, /^smokeTest\.http\.port: "80" is not/],
    [{ http: { port: 80, path: "healthz" } }, /^smokeTest\.http\.path: "healthz" is not the path of a URL/],
    [{ http: { port: 80, path: "/a b" } }, /^smokeTest\.http\.path: "\/a b" is not the path of a URL/],
    [{ http: { port: 80, path: "/\r\nX: y" } }, /^smokeTest\.http\.path: .*control character/],
    [
      { http: { port: 80, status: 101 } },
      /^smokeTest\.http\.status: 101 is not a whole number from 200 to 599/,
    ],
    [{ http: { port: 80, url: "" } }, /^smokeTest\.http\.url: is unknown/],
  ] as const) {
    it(`refuses ${JSON.stringify(smokeTest)}`, () => {
      const found = problems(smokeTest);
      assert.equal(found.length, 1, found.join("\n"));
      assert.match(found[0] ?? "", expected);
    });
  }

  it("selects the buildkit engine, and is refused with engine docker and with the classic recipe", () => {
    const args = { source: "api", repository: "r.example/x", smokeTest: {} };
    assert.equal(selectEngine(args), "buildkit");
    assert.match(problems({}, { engine: "docker" }).join(), /^smokeTest: needs a feature of BuildKit/);
    assert.match(problems({}, { recipe: "classic" }).join(), /^smokeTest: the recipe "classic" has no such/);
  });

  it("refuses a smoke test for GoSingleStageImage", () => {
    const args = { source: "api", repository: "r.example/x", smokeTest: {} };
    assert.deepEqual(
      validate("GoSingleStageImage", args).map(({ propertyPath }) => propertyPath),
      ["smokeTest"],
    );
  });
});

describe("validation of runtime.timezones", () => {
  it("refuses a value that is not a boolean, and GOFLAGS with -tags, which it would override", () => {
    const runtime = { timezones: true };
    assert.deepEqual(
      problems(undefined, { runtime, build: { env: { GOFLAGS: "-mod=mod" }, buildTags: ["x"] } }),
      [],
    );
    assert.match(
      problems(undefined, { runtime: { timezones: "yes" } }).join(),
      /^runtime\.timezones: "yes" is not/,
    );
    const overridden = problems(undefined, { runtime, build: { env: { GOFLAGS: "-mod=mod -tags=x" } } });
    assert.match(overridden.join(), /^build\.env\.GOFLAGS: .* has -tags, which is refused/);
  });
});
