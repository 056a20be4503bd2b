// Base images of a build: which digests it begins with, and whether they may be built on. Decided before anything is built; a build
// that nobody foresaw is stopped by a hook.

import * as pulumi from "@pulumi/pulumi";
import { BaseImages } from "../args";
import { changedFiles, type Context } from "../context";
import { basesOf, noPins, pinsFor, render, type BaseDigests, type Pins, type Plan } from "../dockerfile";
import type { Problem } from "../inputs";
import type { RegistryAccess } from "../registry";
import { parseImageReference, sameDomain } from "../registry/reference";
import { chooseDigests, judge, pinnedDigests, type BaseReading, type Chosen } from "./baseReading";
import { recordedBuild, type DeployedImage, type RecordedBuild } from "./deployed";
import type { Destination } from "./destination";
import type { Drift } from "./drift";
import { failure, invalidInputs } from "./errors";
import { beforeBuilds } from "./hooks";
import type { Owner } from "./owner";
import { isPushedAgain } from "./repush";
import { isMocked, valueIfKnown } from "./sdk";

export interface BaseOptions {
  owner: Owner;
  plan: Plan;
  /** As the state has them. */
  files: Context["files"];
  /** The component's outputs after the last deployment. */
  state: pulumi.Output<unknown>;
  deployed: pulumi.Output<DeployedImage | undefined>;
  drift: pulumi.Output<Drift | undefined>;
  destination: pulumi.Output<Destination>;
  access: pulumi.Output<RegistryAccess>;
}

/** Base images that may be built on. */
interface Settled {
  pins: Pins;
  /** Digests that have been looked at, each with the purpose that this was for. */
  inspected: Record<string, string>;
  /** False where nothing is built as far as is known. */
  isJudged: boolean;
  problems: readonly Problem[];
}

export interface SettledBases {
  settled: pulumi.Output<Settled>;
  /** Whether the image is built, as far as can be said without asking a registry. */
  isBuilt: pulumi.Output<boolean>;
  /**
   * Throws where a base image must not be built on. Only the registration of the child waits for this: Pulumi runs programs with a
   * debugger attached, which takes a minute over a rejected promise that most of the others depend on.
   */
  mayBuild: () => Promise<void>;
  /** Throws where a base image that nothing was known to be built on must not be built on. */
  check: () => Promise<void>;
  /** The same for each child that builds. */
  guard: pulumi.ResourceHookBinding;
}

/** Promises inside, as in stagedContext. */
export function settleBases(options: BaseOptions): SettledBases {
  const { owner, plan } = options;
  const last = lastBuild(options);
  const settled = settle(options, last);
  const check = async () => {
    const { isJudged, pins, inspected } = await settled;
    if (isJudged) return;
    const reading = await readingOf(options);
    const unpinned = {
      ...reading,
      bases: reading.bases.filter(({ image }) => !Object.hasOwn(pins.digests, image)),
    };
    const chosen = { ...asChosen(pins.digests), ...(await chooseDigests(unpinned, {})) };
    const { problems } = await judge(reading, chosen, inspected);
    if (problems.length > 0) throw new Error(messageOf(owner, problems).join("\n"));
  };
  return {
    settled: pulumi.output(settled),
    isBuilt: pulumi.output(
      last.then(({ digests, build }) => unchangedPins(plan, digests, build) === undefined),
    ),
    mayBuild: async () => {
      const { problems } = await settled;
      if (problems.length > 0) throw failure(messageOf(owner, problems), owner.component);
    },
    check,
    guard: beforeBuilds(owner.component, check),
  };
}

/** What the state has of the last build. */
interface LastBuild {
  digests: Record<string, string>;
  build: RecordedBuild & { wasDeployed: boolean; hasOtherFiles: boolean };
}

async function lastBuild({ plan, files, state, deployed }: BaseOptions): Promise<LastBuild> {
  const recorded = recordedBuild(isMocked() ? undefined : await valueIfKnown(state));
  const { baseImages = {}, sourceFiles } = recorded;
  const names = basesOf(plan).map(({ image }) => image);
  return {
    digests: Object.fromEntries(Object.entries(baseImages).filter(([image]) => names.includes(image))),
    build: {
      ...recorded,
      wasDeployed: (await valueIfKnown(deployed)) !== undefined,
      hasOtherFiles: sourceFiles !== undefined && changedFiles(sourceFiles, files).length > 0,
    },
  };
}

async function settle(options: BaseOptions, waiting: Promise<LastBuild>): Promise<Settled> {
  if (isMocked()) return { pins: noPins, inspected: {}, isJudged: true, problems: [] };
  const { owner, plan, drift } = options;
  const { digests: known, build } = await waiting;
  const asksAlways = plan.spec.baseImages !== BaseImages.Tag;
  const reading = await readingOf(options);
  const asked = asksAlways ? await chooseDigests(reading, known) : undefined;
  const pins = unchangedPins(plan, asked ? digestsFor(plan, asked) : known, build);
  if (pins !== undefined && !isPushedAgain(owner.component, await valueIfKnown(drift).catch(() => undefined)))
    return { pins, inspected: build.inspectedBases ?? {}, isJudged: false, problems: [] };
  // It is built. A tag that nobody asked for stands for what it is now.
  const chosen = asked ?? (await chooseDigests(reading, known));
  const { inspected, problems } = await judge(reading, chosen, build.inspectedBases ?? {});
  return { pins: pinsFor(plan, digestsFor(plan, chosen)), inspected, isJudged: true, problems };
}

function messageOf({ type, name }: Owner, problems: readonly Problem[]): string[] {
  return invalidInputs(type, name, problems).message.split("\n");
}

/** The classic recipe is what it is, to the byte. */
function digestsFor({ spec }: Plan, chosen: Chosen): BaseDigests {
  return spec.recipe === "classic" ? {} : pinnedDigests(chosen);
}

function asChosen(digests: BaseDigests): Chosen {
  return Object.fromEntries(Object.entries(digests).map(([image, digest]) => [image, { digest }]));
}

/**
 * The pins with which the Dockerfile is the deployed one, or undefined where something has changed. 0.1.0 had ids of secrets that
 * anybody can guess: as long as nothing is built, they are no reason to build.
 */
function unchangedPins(plan: Plan, digests: BaseDigests, last: LastBuild["build"]): Pins | undefined {
  const { dockerfile, hasOtherFiles, wasDeployed } = last;
  const old: Pins = { digests, idSuffix: "", asBefore: true };
  if (hasOtherFiles) return undefined;
  // Not recorded: there is nothing to compare with.
  if (dockerfile === undefined) return wasDeployed ? old : undefined;
  const candidates = [pinsFor(plan, digests), old];
  return candidates.find((pins) => render(plan, pins).text === dockerfile);
}

async function readingOf({ owner, plan, destination, access }: BaseOptions): Promise<BaseReading> {
  const { spec } = plan;
  const { login, insecure } = spec.registry;
  // The registry that is pushed to may have base images as well. Both may come late, or never.
  const isNeeded = login !== undefined || insecure;
  const where = isNeeded ? await valueIfKnown(destination).catch(() => undefined) : undefined;
  const how = where && (await valueIfKnown(access).catch(() => undefined));
  const brief = spec.baseImages === BaseImages.Tag && spec.build.netrc === undefined && !spec.build.ssh;
  return {
    component: owner.component,
    spec,
    bases: basesOf(plan),
    access: (image) => {
      const { domain } = parseImageReference(image).repository;
      const isOurs = where !== undefined && sameDomain(where.repository.domain) === sameDomain(domain);
      return { ...(isOurs ? how : {}), brief };
    },
    isEarly: pulumi.runtime.isDryRun() && isNeeded && how === undefined,
  };
}
