// What an image's manifest and configuration say.
import { cleanLine } from "../../text";
import type { Session } from "../client/session";
import { chosenImage } from "./chosenImage";
import { parseConfig } from "./config";
import { platformName, transferSize } from "./manifest";
import { readConfig, readManifest } from "./servedManifest";

export interface ImageDescription {
  /** Bytes that a pull transfers. */
  size: number;
  created: string;
  platform: string;
  labels: Readonly<Record<string, string>>;
  /** Instructions that a builder runs in each stage that begins with the image (ONBUILD). */
  onBuild: readonly string[];
  /** Whether it is one of an index. */
  isListed: boolean;
  /** Whether a container of it has something to run. */
  runs: boolean;
  layers: number;
}

export async function layerlessImage(session: Session, digest: string): Promise<ImageDescription> {
  const served = await readManifest(session, digest);
  const { manifest, platform, digest: listed } = await chosenImage(session, served);
  const config = parseConfig(await readConfig(session, manifest.config));
  return {
    size: transferSize(manifest),
    created: config.created,
    platform: platformName(platform ?? config.platform),
    isListed: listed !== undefined,
    runs: config.runs,
    layers: manifest.layers.length,
    onBuild: config.onBuild.map((step) => cleanLine(step, { longest: 200 })),
    labels: Object.fromEntries(
      Object.entries(config.labels).map(([name, value]) => [name, cleanLine(value, { longest: 200 })]),
    ),
  };
}
