// What the policies look at: the outputs of an image. Outputs that a preview cannot know are missing.

export interface Image {
  size?: number;
  dockerfile?: string;
  tags?: string[];
}

/** Bytes that a pull transfers; no more than `maxBytes`. Known once the image is pushed, and in previews without changes. */
export function tooLarge({ size }: Image, maxBytes: number): string | undefined {
  if (size === undefined || size <= maxBytes) return undefined;
  return `the image has ${size} bytes, ${size - maxBytes} more than allowed (${maxBytes})`;
}

/** The user must be a number other than 0: Kubernetes' runAsNonRoot cannot judge a name. */
export function notNumericUser({ dockerfile }: Image): string | undefined {
  if (dockerfile === undefined) return undefined;
  const [stage = ""] = dockerfile.split(/^FROM /m).slice(-1);
  const users = [...stage.matchAll(/^USER (\S+)$/gm)].map(([, user = ""]) => user);
  const user = users.at(-1);
  if (user !== undefined && /^[1-9]\d*(:[1-9]\d*)?$/.test(user)) return undefined;
  return `the image runs as ${user ?? "root"}: set runtime.user to a number other than 0`;
}

/** Base images must be named by digest, as goimage does wherever it can read them. */
export function notPinned({ dockerfile }: Image): string | undefined {
  if (dockerfile === undefined) return undefined;
  const from = [...dockerfile.matchAll(/^FROM (?:--platform=\S+\s(?:\\\s+)?)?(\S+)(?: AS (\S+))?$/gm)];
  const stages = new Set(from.map(([, , stage]) => stage));
  const loose = from
    .map(([, base = ""]) => base)
    .filter((base) => base !== "scratch" && !stages.has(base) && !base.includes("@sha256:"));
  if (loose.length === 0) return undefined;
  return `${[...new Set(loose)].join(", ")} can change: name base images that can be read where Pulumi runs, or digests`;
}

/** Images must go to one of these registries. */
export function inForeignRegistry({ tags = [] }: Image, registries: readonly string[]): string | undefined {
  const hosts = tags.map((tag) => tag.split("/")[0] ?? "");
  const foreign = [...new Set(hosts.filter((host) => !registries.includes(host)))];
  if (foreign.length === 0) return undefined;
  return `${foreign.join(", ")} is not one of the allowed registries: ${registries.join(", ")}`;
}
