// What registries say of base images: their digests, and what they would do to a build.

import type * as pulumi from "@pulumi/pulumi";
import { BaseImages } from "../../args";
import { ownDigest, type BaseDigests, type BaseImage } from "../../dockerfile";
import type { ImageSpec, Problem } from "../../inputs";
import {
  ManifestError,
  isDigest,
  linuxProblem,
  platformProblem,
  readBase,
  tagDigest,
  type BaseDescription,
  type BriefAccess,
} from "../../registry";
import { parseImageReference } from "../../name";
import { firstFewOf } from "../../text";
import { oncePerRun } from "../pulumi/program";
import { say } from "../pulumi/say";

export interface BaseReading {
  component: pulumi.ComponentResource;
  spec: ImageSpec;
  bases: readonly BaseImage[];
  /** The access to the registry of an image. */
  access: (image: string) => BriefAccess;
  /** True in a preview that does not have the login yet. */
  isEarly: boolean;
}

/** The digest of each base image by its name, or why it is not known. */
export type Chosen = Readonly<Record<string, { digest: string } | { unread: string }>>;

/** The digests to build from, by the mode; `known` are those of the last deployment. */
export async function chooseDigests(reading: BaseReading, known: BaseDigests): Promise<Chosen> {
  const chosen = reading.bases.map(async ({ image }) => {
    const own = ownDigest(image);
    if (own !== undefined) return [image, { digest: own }] as const;
    return [
      image,
      await chooseDigest(reading, image, Object.hasOwn(known, image) ? known[image] : undefined),
    ] as const;
  });
  return Object.fromEntries(await Promise.all(chosen));
}

/** The digests that a Dockerfile needs beside the names. */
export function pinnedDigests(chosen: Chosen): Record<string, string> {
  return Object.fromEntries(
    Object.entries(chosen).flatMap(([image, found]) =>
      "digest" in found && ownDigest(image) === undefined ? [[image, found.digest] as const] : [],
    ),
  );
}

async function chooseDigest(
  { component, spec, access }: BaseReading,
  image: string,
  known: string | undefined,
): Promise<Chosen[string]> {
  const { baseImages: mode } = spec;
  const { repository, tag } = parseImageReference(image);
  let current: string | undefined;
  try {
    current = await tagDigest(repository, tag, access(image));
  } catch (error) {
    const reason = (error as Error).message;
    if (known === undefined) return { unread: reason };
    // A registry that is out of reach is no reason to fail where the digest is known.
    const level = mode === BaseImages.Tag ? "info" : "warn";
    await say(level, `base image ${image} stays at ${known}; it could not be checked: ${reason}`, component);
    return { digest: known };
  }
  if (current === undefined && known === undefined) return { unread: `${repository.name} has no tag ${tag}` };
  if (known === undefined || (mode !== BaseImages.Pin && current !== undefined))
    return { digest: current ?? "" };
  if (current !== known) {
    const now = current === undefined ? "is gone" : `has moved to ${current}`;
    const until =
      mode === BaseImages.Pin
        ? `; pinned at ${known} until baseImages is "follow"`
        : `; it stays at ${known}`;
    await say("info", `base image ${image} ${now}${until}`, component);
  }
  return { digest: known };
}

export interface Judgement {
  /** The digests that have been inspected, each with its purpose: a digest always means the same image. */
  inspected: Record<string, string>;
  problems: Problem[];
}

/** Reads each base image as a builder will see it; those in `inspected` are not read again. */
export async function judge(
  reading: BaseReading,
  chosen: Chosen,
  inspected: Readonly<Record<string, string>>,
): Promise<Judgement> {
  const judged = reading.bases.map(async (base) => {
    const found = chosen[base.image] ?? { unread: "" };
    const purpose = purposeOf(base, reading.spec);
    if ("digest" in found && Object.hasOwn(inspected, found.digest) && inspected[found.digest] === purpose)
      return { looked: [[found.digest, purpose] as const], problems: [] };
    const read = "digest" in found ? await describe(reading, base, found.digest) : found;
    if ("unread" in read) {
      const isPinned = "digest" in found;
      return { looked: [], problems: await unreadProblems(reading, base, read.unread, isPinned) };
    }
    const looked = "digest" in found ? [[found.digest, purpose] as const] : [];
    return { looked, problems: "broken" in read ? [read.broken] : problemsOf(base, reading.spec, read) };
  });
  const all = await Promise.all(judged);
  const problems = all.flatMap(({ problems: reasons }, n) =>
    reasons.map((reason) => {
      const { input = "", image = "" } = reading.bases[n] ?? {};
      return { propertyPath: input, reason: `${image} ${reason}` };
    }),
  );
  return { inspected: Object.fromEntries(all.flatMap(({ looked }) => looked)), problems };
}

function purposeOf({ runs }: BaseImage, { platforms }: ImageSpec): string {
  return [...(runs.onBuilder ? ["builder"] : []), ...(runs.onTargets ? platforms : [])].join(" ");
}

const descriptions = oncePerRun("base images", () => new Map<string, Promise<BaseDescription>>());

async function describe(
  { spec, access }: BaseReading,
  { image, runs }: BaseImage,
  digest: string,
): Promise<BaseDescription | { unread: string } | { broken: string }> {
  if (!isDigest(digest)) return { unread: "its digest is not a SHA-256 digest" };
  const { repository } = parseImageReference(image);
  const targets = runs.onBuilder ? undefined : spec.platforms;
  const key = JSON.stringify([repository.name, digest, targets]);
  try {
    const known = descriptions().get(key);
    // The images of a program often share their base images, so each of these is read once.
    const reading = known ?? readBase(repository, digest, targets, access(image));
    descriptions().set(key, reading);
    return await reading;
  } catch (error) {
    descriptions().delete(key);
    const { message } = error as Error;
    return error instanceof ManifestError ? { broken: `cannot be trusted: ${message}` } : { unread: message };
  }
}

function problemsOf(base: BaseImage, { platforms }: ImageSpec, description: BaseDescription): string[] {
  const { onBuild } = description;
  const instruction = firstFewOf(onBuild, 1);
  const instructions =
    onBuild.length === 0
      ? []
      : [
          `has ONBUILD instructions, which run in every build that starts from it and can read its source and secrets and use its network: ` +
            `ONBUILD ${instruction}. Choose an image without ONBUILD, such as the one that it is based on`,
        ];
  const missing = base.runs.onTargets
    ? platforms.map((platform) => platformProblem(description, platform))
    : [linuxProblem(description)];
  const advice = base.runs.onTargets
    ? "Choose an image for that platform, or change platforms"
    : "Choose another image";
  return [
    ...instructions,
    ...missing.flatMap((problem) => (problem === undefined ? [] : [`${problem}. ${advice}`])),
  ];
}

const said = oncePerRun("unread base images", () => new Set<string>());

/** Without secrets a base image that cannot be read is used as it was before anybody looked: the builder may know it. */
async function unreadProblems(
  { component, spec, isEarly }: BaseReading,
  { image }: BaseImage,
  reason: string,
  isPinned: boolean,
): Promise<string[]> {
  const { build, baseImages } = spec;
  const secrets = [
    ...(build.netrc === undefined ? [] : ["build.netrc"]),
    ...(build.ssh ? ["build.ssh"] : []),
  ];
  if (!isEarly && !isPinned && baseImages !== BaseImages.Tag)
    return [`has no known digest, which baseImages "${baseImages}" needs: ${reason}`];
  if (!isEarly && secrets.length > 0)
    return [
      `cannot be read from this machine, so goimage cannot tell whether its ONBUILD instructions would take ` +
        `${secrets.join(" and ")}: ${reason}. Choose an image that this machine can read, such as one in your company's mirror`,
    ];
  if (!said().has(image)) {
    said().add(image);
    await say(
      "info",
      `base image ${image} could not be read, so its ONBUILD instructions and platforms are not known: ${reason}`,
      component,
    );
  }
  return [];
}
