// What to do about an engine's error. BuildKit and Docker say what happened on the wire ("401 Unauthorized", "x509:
// ..."), often without the registry, the user or the input that would change it.

import { immutableTag } from "../../registry";

/** What the failed build was about. */
export interface Attempt {
  /** Repository and tag. */
  image: string;
  registry: string;
  /** From the inputs; undefined when the provider looked into the Docker credential store. */
  user: string | undefined;
  builder: string | undefined;
  platforms: readonly string[];
  /** The rendered Dockerfile. */
  dockerfile: string;
  /** Those that name a seed. */
  buildArgs: Readonly<Record<string, string>>;
}

interface Explanation {
  when: RegExp;
  say(attempt: Attempt, message: string): string;
}

const ofPush = /failed to push|error reading push output|failed to fetch (oauth|anonymous) token/;
const ofBase = /failed to create LLB definition|failed to resolve source metadata|failed to load metadata/;

const missingHelper = /exec: \\?"docker-credential-([\w.-]+)\\?": executable file not found/;

const builderErrors: Explanation[] = [
  {
    when: missingHelper,
    say: (_, message) => {
      const name = missingHelper.exec(message)?.[1] ?? "";
      return (
        `the credential helper docker-credential-${name} is not installed, and docker's config.json names it: install it, or take ` +
        `"${name}" out of credsStore and credHelpers there and run docker login again, or set registry.username and registry.password`
      );
    },
  },
  {
    when: /no space left on device/,
    say: ({ builder }) =>
      `the disk of ${builderName(builder)} is full: make room there (docker builder prune, ` +
      "docker buildx prune), then run pulumi up again",
  },
  {
    when: /no builder "[^"]*" found/,
    say: ({ builder }) =>
      `there is no builder ${builder ?? "of that name"} on this machine: docker buildx ls lists the builders that exist, ` +
      "docker buildx create makes one; the input builder names the one to use",
  },
];

/** Only where no push error matches: a registry's network fails with the same words. */
const connectionErrors: Explanation[] = [
  {
    when: /connect(ion)? to (any|the) docker daemon|(unix|tcp):?[^:]*: connect: |buildkitd?.*(connection refused|no such file)/i,
    say: ({ builder }) =>
      `${builderName(builder)} cannot be reached: check that it runs, then run pulumi up again`,
  },
  {
    when: /error reading from server: EOF|connection error: desc|closing transport|server (has )?closed|unexpected EOF/i,
    say: ({ builder }) =>
      `${builderName(builder)} went away during the build: when it runs again, run pulumi up again`,
  },
  {
    when: /context deadline exceeded|DeadlineExceeded/,
    // What the provider says of a builder that does not answer, too.
    say: ({ builder }) =>
      `${builderName(builder)} cannot be reached (check that it runs), or the build and the push took longer than ` +
      "the resource's customTimeouts allow",
  },
];

const pushErrors: Explanation[] = [
  {
    when: immutableTag,
    say: ({ image }) =>
      `${image} is there already, and its registry keeps tags as they are: give tags a new one, such as a version, or allow ` +
      "the repository's tags to be overwritten",
  },
  {
    when: /x509: /,
    say: ({ registry }, message) =>
      `the certificate of ${registry} is not trusted by the engine that pushes: ` +
      (fromDocker(message)
        ? `give the Docker Engine its CA as /etc/docker/certs.d/${registry}/ca.crt`
        : `name its CA under [registry."${registry}"] in the builder's buildkitd.toml`),
  },
  {
    when: /server gave HTTP response to HTTPS client/,
    say: ({ registry }, message) =>
      `${registry} speaks plain http, which is only used when asked for: ` +
      (fromDocker(message)
        ? "list it under insecure-registries of the Docker Engine, and set registry.insecure"
        : "set registry.insecure if the network to it is trusted"),
  },
  {
    when: /\b401\b|unauthorized|no basic auth credentials|authorization failed/i,
    say: ({ registry, image, user }) =>
      user === undefined
        ? `${registry} wants credentials for ${image}: run docker login ${registry} or set registry.username and registry.password`
        : `${registry} refused the credentials of ${user} for ${image}: check registry.username and registry.password`,
  },
  {
    when: /\b403\b|denied|insufficient_scope/i,
    say: ({ registry, image, user }) =>
      `${registry} does not let ${user ?? "the user that docker login stored, if any,"} push ${image}: ` +
      "check the repository's name and what that user may do there",
  },
  {
    when: /\b429\b|toomanyrequests/i,
    say: ({ registry }) => `${registry} limits requests: wait, then run pulumi up again`,
  },
  {
    when: /\b413\b|too large|quota|insufficient storage|\b507\b/i,
    say: ({ registry, image }) =>
      `${registry} does not take as much as ${image} has: a limit of the registry, or of a proxy in front of it`,
  },
  {
    when: /invalid checksum digest format|got digest sha256:/,
    say: ({ registry }) =>
      `${registry}, or a proxy in front of it, reports a wrong digest for what it stored (Docker-Content-Digest)`,
  },
  {
    when: /connection refused/,
    say: ({ registry, builder }) =>
      `nothing answers at ${registry}, seen from ${builderName(builder)}: check its host and port, and that a registry runs there`,
  },
  {
    when: /no such host|server misbehaving|temporary failure in name resolution/i,
    say: ({ registry, builder }) =>
      `the host of ${registry} is not known to ${builderName(builder)}: check the name, and the DNS where the builder runs`,
  },
  {
    // The code that a registry gives to faults of its own is UNKNOWN.
    when: /\b5\d\d [A-Z]|: unknown: |\bEOF\b|connection reset|broken pipe|i\/o timeout|Client\.Timeout/,
    say: ({ registry, image }) =>
      `pushing ${image} failed because of ${registry} or the network to it: run pulumi up again when it works; ` +
      "what was uploaded is not sent again",
  },
];

/** What to do about `message`, an engine's error; undefined when it tells enough. */
export function adviceFor(message: string, attempt: Attempt): string | undefined {
  const pushed = ofPush.test(message);
  if (!pushed && ofBase.test(message) && !missingHelper.test(message))
    return baseImageError(message, attempt);
  const known = [...builderErrors, ...(pushed ? pushErrors : []), ...connectionErrors];
  return known.find(({ when }) => when.test(message))?.say(attempt, message);
}

function baseImageError(message: string, { dockerfile, platforms, buildArgs }: Attempt): string {
  const seed = Object.values(buildArgs).find((reference) => message.includes(reference));
  if (seed !== undefined) {
    return (
      `the seed ${seed} of the last build cannot be pulled, such as when it was removed: leave the input cache out for this ` +
      "update, and put it back for the next one"
    );
  }
  const images = [...dockerfile.matchAll(/^FROM (?:--\S+ (?:\\\n *)?)*(\S+)/gm)].map(
    (match) => match[1] ?? "",
  );
  // The message has the image's name, or the address of its manifest, in which the tag stands behind a slash.
  const image = images.find((name) => {
    const [path = "", tag = ""] = name.split(/[@:](?=[^/]*$)/);
    return message.includes(path) && message.includes(tag);
  });
  const named = image === undefined ? "a base image" : `the base image ${image}`;
  if (message.includes("no match for platform")) {
    return (
      `${named} does not exist for a platform that is needed: ${platforms.join(", ")}, and for build.image, ` +
      "runtime.packages and smokeTest the builder's own too (build.image and runtime.image choose other ones)"
    );
  }
  return (
    `${named} cannot be pulled: check its name, and that the builder reaches its registry and may read it ` +
    "(build.image and runtime.image choose other ones)"
  );
}

function fromDocker(message: string): boolean {
  return message.includes("error reading push output");
}

function builderName(builder: string | undefined): string {
  return builder === undefined ? "the Docker Engine" : `the builder ${builder}`;
}
