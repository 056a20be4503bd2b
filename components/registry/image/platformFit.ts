// Which platforms an image of a given one serves. Pure.
import { firstFew } from "../../text";
import { platformName, type Platform } from "./manifest";

/** How BuildKit lists an entry that is not an image; nobody can ask for it. */
export function isNoPlatform(platform: Platform | undefined): boolean {
  return platform?.os === "unknown" && platform.architecture === "unknown";
}

/**
 * Whether a builder may take the image for one of the platforms. As containerd matches, which takes 386 for amd64 and 32-bit ARM for
 * arm64, and a little more: the variant is not looked at.
 */
export function mayBeChosen(platform: Platform | undefined, targets: readonly string[] | undefined): boolean {
  if (isNoPlatform(platform)) return false;
  if (platform === undefined || targets === undefined) return true;
  const { os, architecture } = normal(platform);
  return targets.some((target) => {
    const [wantedOs, wanted = ""] = target.split("/");
    return os === wantedOs && family(architecture) === family(wanted);
  });
}

/** The platforms of an image's parts; one may not say. */
interface Platforms {
  platforms: readonly (Platform | undefined)[];
}

const families: Readonly<Record<string, string>> = { "386": "amd64", arm: "arm64" };
const family = (architecture: string): string => families[architecture] ?? architecture;

/** Other names, as containerd knows them: the architecture, and the variant where the name implies one. */
const aliases: Readonly<Record<string, readonly [architecture: string, variant?: string]>> = {
  i386: ["386"],
  x86_64: ["amd64"],
  "x86-64": ["amd64"],
  aarch64: ["arm64"],
  armhf: ["arm", "v7"],
  armel: ["arm", "v6"],
};

function normal(platform: Platform): Platform {
  const written = platform.architecture.toLowerCase();
  const [architecture, variant = platform.variant?.toLowerCase()] = aliases[written] ?? [written];
  return { os: platform.os.toLowerCase(), architecture, ...(variant === undefined ? {} : { variant }) };
}

/**
 * Why a base cannot serve a platform; undefined when it can, or does not say. Programs for 386 run on amd64, and those for an older
 * 32-bit ARM on a newer one. Others do not, although builders take them.
 */
export function platformProblem({ platforms }: Platforms, target: string): string | undefined {
  const known = platforms.filter((platform) => platform !== undefined);
  if (known.length < platforms.length || known.some((platform) => serves(normal(platform), target)))
    return undefined;
  return `is there for ${platformsOf(known)}, not for ${target}`;
}

/** Why a base cannot be where programs of Linux run, such as the go command. */
export function linuxProblem({ platforms }: Platforms): string | undefined {
  const known = platforms.filter((platform) => platform !== undefined);
  if (known.length < platforms.length || known.some((platform) => normal(platform).os === "linux"))
    return undefined;
  return `is there for ${platformsOf(known)}, not for Linux`;
}

const mostNamed = 12;

function platformsOf(platforms: readonly Platform[]): string {
  const all = [...new Set(platforms.map(platformName))];
  if (all.length === 0) return "no platform";
  return firstFew(all, mostNamed).join(", ");
}

function serves({ os, architecture, variant }: Platform, target: string): boolean {
  const [wantedOs, wanted = "", wantedVariant] = target.split("/");
  if (os !== wantedOs) return false;
  if (architecture === "386" && wanted === "amd64") return true;
  if (architecture !== wanted) return false;
  return architecture !== "arm" || armVersion(variant) <= armVersion(wantedVariant);
}

const armVersion = (variant = "v7"): number => Number(variant.replace(/^v/, "")) || 0;
