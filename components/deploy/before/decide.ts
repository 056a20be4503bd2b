// Whether an image is built, and with what: decided once, before the child that builds is registered.
//
// A promise, not an Output: an Output of the component's own depends on its child, whose registration waits for this. It never rejects
// for what it finds: Pulumi runs programs with V8's debugger attached, which takes a minute over a rejected promise that most others
// depend on. Only the registration of the child waits for the refusal.

import { randomUUID } from "node:crypto";
import { changedDockerfile, changedFiles } from "../../context";
import { noPins, pinsFor, render, type Pins } from "../../dockerfile";
import { failure, invalidInputs } from "../pulumi/userErrors";
import { say } from "../pulumi/say";
import { isProtected } from "../pulumi/sdk";
import type { Situation } from "../pulumi/situation";
import type { SeedChoice } from "../seed/seedChoice";
import type { Ask } from "./ask";
import { digestsFor, lastBuild, unchangedPins, type LastBuild } from "./baseImages";
import type { Chosen } from "./baseReading";
import { isLost } from "./drift";
import type { Prepared } from "./prepare";

interface Row {
  /** The plugin of the provider is started at once, since the child's registration waits for the registry. */
  plugin: boolean;
  /** The registry's tags are waited for: they say whether the image is still there. */
  tags: boolean;
  /** Base images are looked at: whether they may be built on. */
  bases: boolean;
  /** The builder is asked whether it can be used. */
  builder: boolean;
  /** A seed is looked for; otherwise the last build's seed stays. */
  seed: boolean;
  /** The trigger changes, which makes the engine build although no input of the child has changed. */
  trigger: boolean;
}

const row = (...columns: readonly (keyof Row)[]): Row => {
  const has = (column: keyof Row) => columns.includes(column);
  return {
    plugin: has("plugin"),
    tags: has("tags"),
    bases: has("bases"),
    builder: has("builder"),
    seed: has("seed"),
    trigger: has("trigger"),
  };
};

/** What is done in each case; the first that applies counts. */
export const table = {
  /** A unit test of a user's stack. */
  test: row(),
  /** The engine leaves the component out, because something that it depends on has failed (--continue-on-error). */
  passedOver: row(),
  /** A preview of a first build, or of one after a change. */
  previewOfBuild: row("bases"),
  previewOfNothing: row(),
  first: row("bases", "builder", "seed"),
  edited: row("bases", "builder", "seed"),
  /** The registry no longer has the image: it is pushed again. */
  lost: row("plugin", "tags", "bases", "builder", "seed", "trigger"),
  /** The registry no longer has it, but Pulumi does not replace what is protected. */
  lostProtected: row("plugin", "tags"),
  unchanged: row("plugin", "tags"),
} satisfies Record<string, Row>;

export type Case = keyof typeof table;

export interface Decision {
  case: Case;
  pins: Pins;
  /** Digests of base images that have been looked at, each with the purpose that this was for. */
  inspectedBases: Record<string, string>;
  /** The Dockerfile. */
  text: string;
  /** What has changed since the last deployment; empty without one. */
  reasons: string[];
  /** Makes the engine replace the child when it changes, that is, build and push again. */
  trigger: string;
  seed: SeedChoice;
  /** Why nothing may be built. */
  refusal: Error | undefined;
}

export async function decide(run: Situation, prepared: Prepared, ask: Ask): Promise<Decision> {
  const { plan } = prepared;
  const last = run.mode === "test" ? undefined : await lastBuild(run, prepared);
  if (last === undefined) return nothing(run.mode === "test" ? "test" : "passedOver", prepared);

  // As far as is known without asking anybody.
  const seemsUnchanged = unchangedPins(plan, last.digests, last) !== undefined;
  if (run.mode === "update" && seemsUnchanged) ask.startPlugin();
  // A tag that moves is a reason to build only where an input says so.
  const asked = plan.spec.baseImages === "tag" ? undefined : await ask.digests(last.digests);
  const kept = unchangedPins(plan, asked ? digestsFor(plan, asked) : last.digests, last);
  const found = await caseOf(run, last, kept === undefined, ask);
  const { bases, builder, seed, trigger } = table[found];

  // In parallel, to hide latency.
  const [base, unusable, choice] = await Promise.all([
    bases || kept === undefined ? judged(run, prepared, last, asked, ask) : keptBases(kept, last),
    builder ? ask.builderProblem() : undefined,
    seed ? ask.seed(last.writtenSeed) : { args: last.seed ?? {} },
  ]);
  const text = render(plan, base.pins).text;
  const refused =
    unusable === undefined ? undefined : failure(`${unusable}; nothing was built`, run.component);
  return {
    case: found,
    pins: base.pins,
    inspectedBases: base.inspected,
    text,
    reasons: reasonsOf(last, prepared, text),
    // Not a count: an update that fails may leave a new value with the child and the old one with the component.
    trigger: trigger ? randomUUID() : (last.repair ?? noTrigger),
    seed: choice,
    refusal: base.refusal ?? refused,
  };
}

function nothing(found: Case, { plan }: Prepared): Decision {
  const { text } = render(plan, noPins);
  return {
    case: found,
    pins: noPins,
    inspectedBases: {},
    text,
    reasons: [],
    trigger: noTrigger,
    seed: { args: {} },
    refusal: undefined,
  };
}

/** The trigger of an image that was never lost. */
const noTrigger = "none";

async function caseOf(run: Situation, last: LastBuild, isChanged: boolean, ask: Ask): Promise<Case> {
  if (run.mode === "preview") return isChanged ? "previewOfBuild" : "previewOfNothing";
  // The registry may be far away: a build that takes place anyway pushes what is missing, so it does not wait.
  if (isChanged) return last.image === undefined ? "first" : "edited";
  // Only an image that no tag stands for is pushed again without being asked. Where somebody else has pushed to one of its tags, that
  // would take the tag away from them, and two stacks could do so to each other for ever.
  if (!isLost(await ask.drift())) return "unchanged";
  const gone = `the registry no longer has ${last.image?.ref}, which this stack pushed and exports`;
  if (isProtected(run.component)) {
    const advice =
      "The image is protected, so Pulumi does not replace it and nothing is pushed: remove the protection (pulumi state unprotect), " +
      "then run pulumi up";
    await say("warn", `${gone}. ${advice}`, run.component);
    return "lostProtected";
  }
  await say("warn", `${gone}; it is pushed again`, run.component);
  return "lost";
}

/**
 * Throws where base images must not be built on that nobody had a reason to look at: the engine builds for a reason of its own, or a
 * seed is made for an image that is not built.
 */
export async function checkBases(
  { type, name }: Situation,
  deciding: Promise<Decision>,
  ask: Ask,
): Promise<void> {
  const { case: found, pins, inspectedBases } = await deciding;
  if (found === "test" || table[found].bases) return;
  const pinned = Object.entries(pins.digests).map(([image, digest]) => [image, { digest }] as const);
  const chosen = { ...(await ask.digests({}, pins.digests)), ...Object.fromEntries(pinned) };
  const { problems } = await ask.judge(chosen, inspectedBases);
  if (problems.length > 0) throw new Error(invalidInputs(type, name, problems).message);
}

interface Bases {
  pins: Pins;
  inspected: Record<string, string>;
  refusal?: Error;
}

function keptBases(pins: Pins, last: LastBuild): Bases {
  return { pins, inspected: last.inspectedBases ?? {} };
}

async function judged(
  { type, name, component }: Situation,
  { plan }: Prepared,
  last: LastBuild,
  asked: Chosen | undefined,
  ask: Ask,
): Promise<Bases> {
  // With baseImages "tag" the digests of the tags have not been asked for until now.
  const chosen = asked ?? (await ask.digests(last.digests));
  const { inspected, problems } = await ask.judge(chosen, last.inspectedBases ?? {});
  const pins = pinsFor(plan, digestsFor(plan, chosen));
  if (problems.length === 0) return { pins, inspected };
  const { message } = invalidInputs(type, name, problems);
  return { pins, inspected, refusal: failure(message.split("\n"), component) };
}

/** What has changed since the last deployment. Each of these changes makes the engine build and push. */
function reasonsOf(last: LastBuild, { files }: Prepared, text: string): string[] {
  const { image, sourceFiles, dockerfile } = last;
  if (image === undefined || sourceFiles === undefined || dockerfile === undefined) return [];
  return [...changedDockerfile(dockerfile, text), ...changedFiles(sourceFiles, files)];
}
