// What is asked before a build, and what follows from the answers: a row of the table for each case.

import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { unknown } from "@pulumi/pulumi/output";
import type { Ask } from "../../components/deploy/before/ask";
import { decide, table, type Case } from "../../components/deploy/before/decide";
import type { Drift } from "../../components/deploy/before/drift";
import type { Mode } from "../../components/deploy/pulumi/situation";
import { pinsFor, render } from "../../components/dockerfile";
import { examplePlan } from "../support/plan";
import { runProgram } from "../support/program";
import { preparedOf, situationOf } from "../support/situation";

const plan = examplePlan();
const digests = Object.fromEntries(
  [plan.golangImage, plan.spec.runtime.image].map((image, n) => [image, `sha256:${`${n}`.repeat(64)}`]),
);
const digest = `sha256:${"7".repeat(64)}`;
const files = { "main.go": "1" };
const lastSeed = { GOIMAGE_SEED: "registry.example.com/last@sha256:1" };
const newSeed = { GOIMAGE_SEED: "registry.example.com/new@sha256:2" };

/** The component's outputs after a deployment. */
const deployed = (change: object = {}) => ({
  digest,
  ref: `registry.example.com/api@${digest}`,
  size: 300,
  layers: [],
  baseImages: digests,
  dockerfile: render(plan, pinsFor(plan, digests)).text,
  sourceFiles: files,
  repair: "last",
  seed: lastSeed,
  ...change,
});
const edited = deployed({ sourceFiles: { "main.go": "0" } });
const there: Drift = { tags: [{ tag: "latest", digest }], imageGone: false };
const gone: Drift = { tags: [{ tag: "latest", digest: undefined }], imageGone: true };

interface Given {
  mode?: Mode;
  state?: object | undefined;
  drift?: Drift | undefined;
  protect?: boolean;
  isPassedOver?: boolean;
  ask?: Partial<Ask>;
}

async function decided({ mode = "update", state, drift, protect = false, isPassedOver = false, ask }: Given) {
  const asked: string[] = [];
  const note = <T>(what: string, answer: T) => {
    asked.push(what);
    return Promise.resolve(answer);
  };
  const chosen = Object.fromEntries(
    Object.entries(digests).map(([image, digest]) => [image, { digest }] as const),
  );
  const { result, logs } = await runProgram(
    () => {
      const component = new pulumi.ComponentResource("test:index:Image", "image", {}, { protect });
      const run = situationOf(state, {
        mode,
        component,
        ...(isPassedOver && { state: pulumi.output<unknown>(unknown) }),
      });
      return decide(run, preparedOf(plan, { files }), {
        startPlugin: () => void note("plugin", undefined),
        drift: () => note("tags", drift),
        digests: () => note("digests", chosen),
        judge: () => note("bases", { inspected: {}, problems: [] }),
        builderProblem: () => note("builder", undefined),
        seed: () => note("seed", { args: newSeed }),
        ...ask,
      });
    },
    { asEngine: mode !== "test", preview: mode === "preview" },
  );
  return { decision: result, asked, logs };
}

const cases: Record<Case, Given> = {
  test: { mode: "test", state: deployed() },
  passedOver: { isPassedOver: true },
  previewOfBuild: { mode: "preview", state: edited },
  previewOfNothing: { mode: "preview", state: deployed() },
  first: {},
  edited: { state: edited },
  lost: { state: deployed(), drift: gone },
  lostProtected: { state: deployed(), drift: gone, protect: true },
  unchanged: { state: deployed(), drift: there },
};

describe("the decision before a build", () => {
  for (const [name, given] of Object.entries(cases) as [Case, Given][]) {
    it(`asks and does what the table says: ${name}`, async () => {
      const { decision, asked } = await decided(given);
      assert.equal(decision.case, name);
      const { trigger, ...questions } = table[name];
      const expected = Object.entries(questions).filter(([, isAsked]) => isAsked);
      assert.deepEqual(
        asked.filter((what) => what !== "digests").sort(),
        expected.map(([what]) => what).sort(),
      );
      const last = given.state === undefined || given.mode === "test" ? undefined : "last";
      if (trigger) assert.match(decision.trigger, /^[0-9a-f-]{36}$/);
      else assert.equal(decision.trigger, last ?? "none");
      const kept = last === undefined ? {} : lastSeed;
      assert.deepEqual(decision.seed.args, questions.seed ? newSeed : kept);
      assert.equal(decision.refusal, undefined);
    });
  }

  it("starts the plugin before it asks the registry for tags", async () => {
    assert.deepEqual((await decided({ state: deployed(), drift: there })).asked, ["plugin", "tags"]);
  });

  it("treats an image as lost only if none of its tags points to anything", async () => {
    const taken = {
      tags: [...gone.tags, { tag: "v1", digest: `sha256:${"5".repeat(64)}` }],
      imageGone: true,
    };
    const { decision, logs } = await decided({ state: deployed(), drift: taken });
    assert.deepEqual([decision.case, decision.trigger, logs], ["unchanged", "last", []]);
    assert.equal((await decided({ state: deployed(), drift: undefined })).decision.case, "unchanged");
  });

  it("gives a new trigger each time the image is lost, and warns why", async () => {
    const [one, two] = [await decided(cases.lost), await decided(cases.lost)];
    assert.notEqual(one.decision.trigger, two.decision.trigger);
    assert.deepEqual(one.logs, [
      `warning: the registry no longer has ${deployed().ref}, which this stack pushed and exports; it is pushed again`,
    ]);
    const { logs } = await decided(cases.lostProtected);
    assert.match(logs.join(), /The image is protected, .* \(pulumi state unprotect\), then run pulumi up$/);
  });

  it("lists what has changed since the last deployment, and nothing for a first one", async () => {
    assert.match((await decided({ state: edited })).decision.reasons.join(), /main\.go/);
    assert.deepEqual((await decided({})).decision.reasons, []);
    assert.deepEqual((await decided({ state: deployed() })).decision.reasons, []);
  });

  it("keeps the trigger, the seed and the Dockerfile when the image in the state cannot be parsed", async () => {
    const { decision, asked } = await decided({ state: deployed({ layers: "none" }) });
    assert.deepEqual([decision.case, decision.trigger, decision.seed.args], ["unchanged", "last", lastSeed]);
    assert.deepEqual(asked, ["plugin", "tags"]);
  });

  it("returns a refusal when a base image or the builder cannot be used", async () => {
    const problems = [{ propertyPath: "runtime.image", reason: "has ONBUILD" }];
    const judge = () => Promise.resolve({ inspected: {}, problems });
    const builderProblem = () => Promise.resolve("there is no builder x");
    assert.match(
      (await decided({ ask: { judge, builderProblem } })).decision.refusal?.message ?? "",
      /runtime\.image: has ONBUILD/,
    );
    assert.equal(
      (await decided({ ask: { builderProblem } })).decision.refusal?.message,
      "there is no builder x; nothing was built",
    );
  });
});
