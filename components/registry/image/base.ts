// What an image does to a build that starts from it: the instructions that it brings (ONBUILD), and the platforms that it is there
// for. Refused where two programs could read two different images.
import { cleanLine } from "../../text";
import { limits } from "../../limits";
import type { Session } from "../client/session";
import { parseConfig } from "./config";
import { inParallel } from "../../work";
import { fold, walkMembers } from "./jsonMembers";
import {
  ManifestError,
  parseManifest,
  utf8,
  type Descriptor,
  type ImageManifest,
  type Platform,
} from "./manifest";
import { isNoPlatform, mayBeChosen } from "./platformFit";
import { readConfig, readManifest } from "./served";

export interface BaseDescription {
  /** Instructions of all images that a builder may choose. */
  onBuild: readonly string[];
  /** Of each image that the name stands for; an image may not say. */
  platforms: readonly (Platform | undefined)[];
}

const parallelImages = 4;
const longestInstruction = 120;

/** `targets`: the platforms that the image is used for; undefined where that is for the builder to say. */
export async function describeBase(
  session: Session,
  digest: string,
  targets: readonly string[] | undefined,
): Promise<BaseDescription> {
  const { only, listed } = await imagesOf(session, digest);
  if (only !== undefined) {
    const { platform, onBuild } = await configOf(session, only);
    return { onBuild: onBuild.map(shown), platforms: [platform] };
  }
  const found = new Set<string>();
  await inParallel(
    parallelImages,
    listed.filter(({ platform }) => mayBeChosen(platform, targets)),
    async (image) => {
      const manifest = await readJudged(session, image.digest);
      if (manifest.kind !== "image")
        throw new ManifestError(
          `the index of ${session.name} holds another index, where an image is expected`,
        );
      for (const step of (await configOf(session, manifest)).onBuild) found.add(shown(step));
    },
  );
  const images = listed.filter(({ platform }) => !isNoPlatform(platform));
  return { onBuild: [...found], platforms: images.map(({ platform }) => platform) };
}

const shown = (step: string): string => cleanLine(step, { longest: longestInstruction });

async function configOf(
  session: Session,
  { config }: ImageManifest,
): Promise<ReturnType<typeof parseConfig>> {
  return parseConfig(await readConfig(session, config));
}

/** All images of an index and of those in it, or the only one. */
async function imagesOf(
  session: Session,
  digest: string,
): Promise<{ only?: ImageManifest; listed: readonly Descriptor[] }> {
  const top = await readJudged(session, digest);
  if (top.kind === "image") return { only: top, listed: [] };
  const listed: Descriptor[] = [];
  const seen = new Set([digest]);
  const waiting = [top];
  for (let index = waiting.pop(); index !== undefined; index = waiting.pop()) {
    // What else looks like an image is one for a builder.
    listed.push(...index.images, ...index.others);
    for (const nested of index.indexes) {
      if (seen.has(nested.digest)) continue;
      seen.add(nested.digest);
      if (seen.size - 1 > limits.registry.nestedIndexes)
        throw new ManifestError(
          `the index of ${session.name} leads to more than ${limits.registry.nestedIndexes} others`,
        );
      const inner = await readJudged(session, nested.digest);
      if (inner.kind !== "index")
        throw new ManifestError(
          `${nested.digest} of ${session.name} is not an index, although the registry calls it one`,
        );
      waiting.push(inner);
    }
  }
  const { indexEntries } = limits.registry;
  if (listed.length > indexEntries)
    throw new ManifestError(
      `the index of ${session.name} has ${listed.length} images, more than ${indexEntries}`,
    );
  return { listed };
}

async function readJudged(session: Session, digest: string): Promise<ReturnType<typeof parseManifest>> {
  const { bytes, mediaType } = await readManifest(session, digest);
  refuseTwoReadings(utf8(bytes), session.name);
  return parseManifest(bytes, mediaType);
}

/** Names of a manifest that a reader may take in another case. */
const names = new Map(
  [
    ...["schemaVersion", "mediaType", "artifactType", "manifests", "layers", "config"],
    ...["digest", "size", "platform", "os", "architecture", "variant"],
  ].map((name) => [fold(name), name]),
);

function refuseTwoReadings(text: string, name: string): void {
  walkMembers(text, (member) => {
    const folded = member.path.at(-1) ?? "";
    if (member.path.slice(0, -1).includes("annotations")) return;
    if (!member.repeated && (names.get(folded) ?? member.name) === member.name) return;
    throw new ManifestError(
      `the manifest of ${name} has ${cleanLine(member.name, { longest: 40 })} ` +
        `${member.repeated ? "twice" : "in an unusual spelling"}, so that two programs may read two images from it`,
    );
  });
}
