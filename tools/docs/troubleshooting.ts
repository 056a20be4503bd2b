// The generated part of docs/troubleshooting.md: what each group of messages means, what to do, and the messages themselves, from
// the files that define them.

import path from "node:path";
import { messagesIn, sources } from "./messages";

interface Group {
  title: string;
  /** Files and folders in components/; the first group that names a file has it. */
  files: readonly string[];
  cause: string;
  remedy: string;
}

const groups: readonly Group[] = [
  {
    title: "The build context cannot be written",
    files: ["source/diskError.ts", "context/workDirectory.ts", "deploy/before/stagedContext.ts"],
    cause: "goimage could not read a source file, or could not write to `.goimage/` next to your program.",
    remedy:
      "Make room or change the permissions, as the message says. You can delete `.goimage/` at any time.",
  },
  {
    title: "An input is not valid: the source directory and its Go module",
    files: ["source"],
    cause:
      "goimage read the Go module and found something that would fail in the build, or that it cannot follow.",
    remedy:
      "Do what the message says after its colon or semicolon, in the module on your disk. Nothing was built or pushed.",
  },
  {
    title: "An input is not valid: names, tags and the registry",
    files: ["name/reference.ts", "deploy/before/tagClaims.ts"],
    cause: "`repository`, `tags` or the name of a base image is not one that a registry accepts.",
    remedy:
      "Write a repository as `HOST/PATH`, without a tag, and put tags into `tags`. `docker tag` has the same rules.",
  },
  {
    title: "An input is not valid: build settings",
    files: ["inputs/buildStage.ts", "inputs/goFlags.ts", "inputs/ldflags.ts"],
    cause:
      "A field of `build` would break the build, run other programs in it, or leave credentials in the image's history.",
    remedy: "Do what the message says. If it names another input, set that one instead.",
  },
  {
    title: "An input is not valid: the runtime stage",
    files: [
      "inputs/runtimeStage.ts",
      "inputs/runtimePackages.ts",
      "inputs/smokeTestInput.ts",
      "inputs/baseImage.ts",
    ],
    cause:
      "A field of `runtime` or `smokeTest` has a value that Docker would refuse, or that is not safe to ship.",
    remedy: "Correct the field whose name comes before the message.",
  },
  {
    title: "An input is not valid: a base image",
    files: ["deploy/before/baseReading.ts", "registry/image/base.ts", "registry/image/platformFit.ts"],
    cause:
      "goimage looked at a [base image](base-images.md#what-is-checked-before-a-build) before the build. It has instructions of its own (ONBUILD), is not available for one of the platforms, or cannot be read where the build has secrets.",
    remedy:
      "Choose another image with the input that is named before the message, or make it readable for the machine that runs `pulumi`. Nothing was built.",
  },
  {
    title: "An input is not valid: everything else",
    files: ["inputs", "deploy/pulumi/userErrors.ts", "engines/sshAgent.ts"],
    cause:
      "An input has the wrong type, an unknown name, or does not go with another input. An input that decides what is built must be known when the program runs, so it cannot be an Output.",
    remedy:
      "Correct the input whose name comes before the message. For a secret, use the input that the message names; it reaches only the step that needs it.",
  },
  {
    title: "The build failed",
    files: ["engines/failures/rerun.ts", "dockerfile/steps"],
    cause: "A step of the Dockerfile failed. Its last lines, such as the compiler's, are above the message.",
    remedy: "Correct the source or the input that the lines name.",
  },
  {
    title: "The builder, a base image or the push failed",
    files: ["engines"],
    cause:
      "The engine reported an error. goimage adds what it means, with the registry, the user and the builder that were used.",
    remedy:
      "Do what the added line says, then run `pulumi up` again. Layers that were uploaded are not sent again.",
  },
  {
    title: "The registry cannot be read",
    files: [
      ...["registry/client", "registry/credentials"],
      ...["registry/image/tags.ts", "registry/image/tagList.ts"],
    ],
    cause:
      "After the push, goimage asks the registry for the digest, the size and the layers. The registry refused, did not answer, or the credentials for it could not be read.",
    remedy:
      "Check that `docker pull` of the same repository works on the machine that runs `pulumi`, then run `pulumi up` again. The image is not built again.",
  },
  {
    title: "The registry serves something that is not a valid image",
    files: ["registry/image"],
    cause:
      "goimage checks every byte that it reads against its digest. These messages say that the registry, or a proxy in front of it, sends something else, or that the image goes beyond goimage's limits.",
    remedy:
      "Run `pulumi up` again. If the message stays, push the image to another repository and compare; a proxy that changes what it sends is the usual reason.",
  },
  {
    title: "The image is too large",
    files: ["deploy/image/sizeLimits.ts", "deploy/image/growth.ts"],
    cause:
      "The image has more bytes than `maxSize` or `maxGrowth` allows. The stack keeps the image that it had.",
    remedy:
      "Look at what grew below the message, or with `goimage report`. Then remove it, or raise the limit.",
  },
  {
    title: "Builds start without a seed, or none is written",
    files: ["deploy/seed/seedChoice.ts", "deploy/seed/writeSeed.ts", "engines/archive.ts", "seeds/image.ts"],
    cause:
      "The input `cache` is set, and no [seed](cold-runners.md) can be had, made or pushed. The image is the same without one; only a builder with an empty cache needs longer.",
    remedy:
      "Let the pipeline of a trusted branch deploy with `cache.write`, and give it a login that may push to the repository of the seeds, and docker buildx. Others need a login that may read there.",
  },
  {
    title: "Warnings and notices of an update",
    files: ["deploy"],
    cause: "The update goes on. The line says what you may not expect.",
    remedy: "Follow the advice in the line, if it has one.",
  },
  {
    title: "goimage report cannot read a program",
    files: ["goBinary"],
    cause:
      "The report takes apart Go programs of Go 1.16 and newer for Linux. This one is damaged, packed, stripped in an unusual way, or larger than the limits.",
    remedy:
      "The rest of the report is complete. Build the program with a current Go, without a packer such as UPX.",
  },
];

/** Files and folders whose texts are no messages: Dockerfiles, comments in them, and words that other programs look for. */
const noMessages = [
  ...["dockerfile/classic.ts", "dockerfile/instructions.ts", "dockerfile/lines.ts", "engines/buildkit.ts"],
  ...["dockerfile/seedDockerfile.ts", "context/changes.ts", "source/buildConstraints.ts"],
  // These tell of the image, in the outputs `checks` and `sizeSummary`.
  ...["deploy/image/checks.ts", "deploy/image/sizeSummary.ts"],
  // The command `goimage` says what to do with its own usage.
  ...["report", "cli", "text"],
];

/** Texts that are parts of a message, or no message at all. */
const parts: readonly RegExp[] = [
  // Names that a message shows for what was found.
  /^(an? |half of|and <|its token server is$|it was redirected to$|not where|the base image <image>$)/,
  /^(read|set|write|the manifest|the configuration) .*<[^>]*>$|^<[^>]*> \(sent on|^the user that docker/,
  /^digest=|^(give the seeds|so this update makes|so the build starts without one|this update makes)\b/,
  /^(1|<\w+>) inputs? (is|are) not|^no user is|^no bundle|^the Go version has not been/,
  // What other programs say, and what is run.
  /^(no match|error reading|credentials not found|exec |for url|if head|GOPROXY)/,
  // The features of engines, and comments of the Dockerfile.
  /^(Builds|Compiles|Compresses|Deletes|Gives|Previews|Private|Pushes|Runs|Secrets for|What was|Modules of) /,
];

export function troubleshooting(root: string): string {
  const components = path.join(root, "components");
  const left = new Map<string, string[]>();
  for (const file of sources(components)) {
    const name = path.relative(components, file).split(path.sep).join("/");
    const texts = messagesIn(file).filter((text) => !parts.some((part) => part.test(text)));
    if (texts.length > 0 && !isIn(name, noMessages)) left.set(name, texts);
  }
  const sections = groups.map(({ title, files, cause, remedy }) => {
    const own = [...left.keys()].filter((name) => isIn(name, files));
    const texts = own.flatMap((name) => left.get(name) ?? []);
    for (const name of own) left.delete(name);
    if (texts.length === 0) throw new Error(`no messages are left for "${title}"`);
    const list = [...new Set(texts)].map((text) => `- \`\` ${text.replace(/\s*\n.*/s, "")} \`\``);
    return [`## ${title}`, `**Cause.** ${cause}`, `**What to do.** ${remedy}`, list.join("\n")].join("\n\n");
  });
  if (left.size > 0)
    throw new Error(`docs/troubleshooting.md has no place for ${[...left.keys()].join(", ")}`);
  return sections.join("\n\n");
}

/** True for one of the files, and for a file below one of the folders. */
function isIn(name: string, places: readonly string[]): boolean {
  return places.some((place) => name === place || name.startsWith(`${place}/`));
}
