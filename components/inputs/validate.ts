// Pure checks of the inputs: everything that can be said without looking at the disk or the network.

import {
  BaseImages,
  Compression,
  Engine,
  Recipe,
  type BuildStageArgs,
  type GoImageArgs,
  type RuntimeStageArgs,
  type SmokeTestArgs,
} from "../args";
import { growthProblem, sizeProblem } from "../deploy/limits";
import { baseImageProblem, buildProblems } from "./buildStage";
import { Checker, isLate, variableName } from "./inputValidator";
import { bareEngineProblems } from "../engines/select";
import { knownPlatforms } from "./platform";
import { shown, type Problem } from "./problem";
import { pushTargetProblem, tagProblem } from "../registry/reference";
import { packageProblems } from "./runtimePackages";
import { smokeTestProblems } from "./smokeTest";

const imageFields = [
  "source",
  "mainPackage",
  "repository",
  "tags",
  "platforms",
  "registry",
  "build",
  "baseImages",
  "maxSize",
  "maxGrowth",
  "compression",
  "compressionLevel",
  "engine",
  "builder",
  "retainOnDelete",
];
const runtimeFields = [
  ...["image", "alpineVersion", "packages", "user", "workingDirectory", "env", "exposedPorts", "labels"],
  ...["files", "volumes", "command", "entrypoint", "healthcheck", "stopSignal", "timezones"],
];

/** Problems of the inputs that both components share, and of the fields named in `more`. */
export function imageProblems(args: GoImageArgs, more: readonly string[] = []): Problem[] {
  const check = new Checker();
  if (!check.object("", args, [...imageFields, ...more]))
    return [{ propertyPath: "args", reason: "are missing" }];
  if (args.source === undefined) check.add("source", "is required: a directory inside a Go module");
  check.text("source", args.source, (text) => (text.trim() === "" ? "is empty" : undefined));
  check.text("mainPackage", args.mainPackage, mainPackageProblem);
  if (args.repository === undefined)
    check.add("repository", "is required, such as registry.example.com/team/api");
  check.problems.push(...destinationProblems(args.repository, args.tags));
  platformProblems(check, args.platforms);
  check.object("registry", args.registry, ["username", "password", "insecure"]);
  check.flag("registry.insecure", args.registry?.insecure);
  check.secret("registry.username", args.registry?.username);
  check.secret("registry.password", args.registry?.password);
  if ((args.registry?.username === undefined) !== (args.registry?.password === undefined)) {
    check.add(
      "registry",
      "has one of username and password; give both, or neither to use the Docker credential store",
    );
  }
  buildProblems(check, args.build);
  check.oneOf("baseImages", args.baseImages, Object.values(BaseImages));
  sizeProblems(check, args);
  check.oneOf("engine", args.engine, Object.values(Engine));
  check.text("builder", args.builder, (text) =>
    /^[A-Za-z0-9][\w.-]*$/.test(text) ? undefined : "is not a builder's name; docker buildx ls shows them",
  );
  check.flag("retainOnDelete", args.retainOnDelete);
  if (args.retainOnDelete === false && args.registry?.insecure === true) {
    check.add(
      "retainOnDelete",
      "cannot be false together with registry.insecure: the provider deletes over verified https alone, and would delete nothing",
    );
  }
  if (args.engine === Engine.Docker) check.problems.push(...bareEngineProblems(args));
  return check.problems;
}

/** Problems of the inputs that only GoMultiStageImage has. */
export function multiStageProblems(args: {
  recipe?: Recipe;
  runtime?: RuntimeStageArgs;
  build?: BuildStageArgs;
  mainPackage?: string;
  baseImages?: BaseImages;
  smokeTest?: SmokeTestArgs;
}): Problem[] {
  const check = new Checker();
  check.oneOf("recipe", args.recipe, Object.values(Recipe));
  runtimeProblems(check, args.runtime);
  smokeTestProblems(check, args.smokeTest);
  if (args.recipe === Recipe.Classic) {
    const fixed = 'the recipe "classic" has no such setting; leave it out or use the recipe "fast"';
    if (args.build !== undefined) check.add("build", fixed);
    if (args.runtime !== undefined) check.add("runtime", fixed);
    if (args.smokeTest !== undefined) check.add("smokeTest", fixed);
    if (args.baseImages !== undefined && args.baseImages !== BaseImages.Tag) check.add("baseImages", fixed);
    if (args.mainPackage !== undefined && args.mainPackage !== ".") check.add("mainPackage", fixed);
  }
  return check.problems;
}

/** Problems of repository and tags, as far as they are plain values; a component checks Outputs once they are known. */
export function destinationProblems(repository: unknown, tags: unknown): Problem[] {
  const check = new Checker();
  if (!isLate(repository)) check.text("repository", repository, pushTargetProblem);
  if (tags !== undefined && !isLate(tags)) {
    if (Array.isArray(tags) && tags.length === 0)
      check.add("tags", "is empty; leave it out for latest, or name a tag");
    if (Array.isArray(tags))
      check.texts(
        "tags",
        Array.from(tags, (tag: unknown) => (isLate(tag) ? "latest" : tag)),
        tagProblem,
      );
    else check.add("tags", `${shown(tags)} is not a list`);
  }
  return check.problems;
}

function mainPackageProblem(text: string): string | undefined {
  const form = "is not a package in the module; write it as go build does, such as . or ./cmd/api";
  if (text === ".") return undefined;
  return /^\.(\/[A-Za-z0-9_+~@-][A-Za-z0-9_.+~@-]*)*\/?$/.test(text) ? undefined : form;
}

function sizeProblems(check: Checker, args: GoImageArgs): void {
  check.value("maxSize", args.maxSize, sizeProblem);
  check.value("maxGrowth", args.maxGrowth, growthProblem);
  check.oneOf("compression", args.compression, Object.values(Compression));
  const isZstd = args.compression === Compression.Zstd;
  check.atLeast("compressionLevel", args.compressionLevel, isZstd ? 1 : 0);
  const most = isZstd ? 22 : 9;
  if (typeof args.compressionLevel === "number" && args.compressionLevel > most)
    check.add("compressionLevel", `${args.compressionLevel} is more than ${most}, the highest level`);
}

function platformProblems(check: Checker, platforms: unknown): void {
  if (platforms === undefined) return;
  if (!Array.isArray(platforms) || platforms.length !== 1) {
    return check.add(
      "platforms",
      `${shown(platforms)} is not a list of one platform, such as ["linux/amd64"]`,
    );
  }
  check.oneOf("platforms[0]", platforms[0], knownPlatforms);
}

function runtimeProblems(check: Checker, runtime: RuntimeStageArgs | undefined): void {
  if (!check.object("runtime", runtime, runtimeFields)) return;
  const args = runtime as RuntimeStageArgs;
  check.text("runtime.image", args.image, baseImageProblem);
  check.text("runtime.alpineVersion", args.alpineVersion, (text) =>
    /^\d+\.\d+(\.\d+)?$/.test(text) ? undefined : "is not an Alpine version, such as 3.20.3",
  );
  packageProblems(check, args);
  check.text("runtime.user", args.user, userProblem);
  check.text("runtime.workingDirectory", args.workingDirectory, (text) =>
    text === "/" || isAbsolute(text) ? undefined : `${absolute}, such as /app`,
  );
  volumeProblems(check, args);
  check.record("runtime.env", args.env, variableName);
  check.texts("runtime.exposedPorts", args.exposedPorts, portProblem);
  check.record("runtime.labels", args.labels, (name) =>
    /^[A-Za-z0-9][\w./-]*$/.test(name)
      ? undefined
      : "is not a label of letters, digits, dots, dashes and slashes",
  );
  check.texts("runtime.files", args.files, fileProblem);
  check.texts("runtime.command", args.command);
  check.texts("runtime.entrypoint", args.entrypoint);
  if (args.entrypoint?.length === 0)
    check.add("runtime.entrypoint", "is empty; leave it out to run the binary");
  healthcheckProblems(check, args.healthcheck);
  check.text("runtime.stopSignal", args.stopSignal, (text) =>
    /^(SIG[A-Z]+[0-9]*([+-]\d+)?|[1-9]\d?)$/.test(text) ? undefined : "is not a signal, such as SIGINT or 2",
  );
  check.flag("runtime.timezones", args.timezones);
}

const absolute = "is not an absolute path of letters, digits, dots, dashes and underscores";

function isAbsolute(text: string): boolean {
  return /^(\/(?!\.{1,2}(\/|$))[A-Za-z0-9._-]+)+$/.test(text);
}

function volumeProblems(check: Checker, { volumes, workingDirectory = "/app" }: RuntimeStageArgs): void {
  const seen = new Set<string>();
  check.texts("runtime.volumes", volumes, (text) => {
    if (!isAbsolute(text)) return `${absolute}, such as /var/lib/api`;
    if (`${workingDirectory}/`.startsWith(`${text}/`))
      return `holds the program (runtime.workingDirectory is ${workingDirectory}), which a volume mounted there would hide; name a directory below it or elsewhere`;
    if (/^\/(tmp|var\/tmp|root|run|proc|sys|dev|etc)(\/|$)/.test(text))
      return "is a place of the system's own, with modes of its own; name another directory, such as /data or /var/lib/api";
    if (seen.has(text)) return "is named a second time; name it once";
    seen.add(text);
    return undefined;
  });
}

function healthcheckProblems(check: Checker, healthcheck: unknown): void {
  const fields = ["command", "intervalSeconds", "timeoutSeconds", "startPeriodSeconds", "retries"];
  if (!check.object("runtime.healthcheck", healthcheck, fields)) return;
  check.texts("runtime.healthcheck.command", healthcheck.command ?? []);
  if (!Array.isArray(healthcheck.command) || healthcheck.command.length === 0) {
    check.add("runtime.healthcheck.command", "is required: a command and its arguments as a list");
  }
  check.atLeast("runtime.healthcheck.intervalSeconds", healthcheck.intervalSeconds, 1);
  check.atLeast("runtime.healthcheck.timeoutSeconds", healthcheck.timeoutSeconds, 1);
  check.atLeast("runtime.healthcheck.startPeriodSeconds", healthcheck.startPeriodSeconds, 0);
  check.atLeast("runtime.healthcheck.retries", healthcheck.retries, 1);
}

function userProblem(text: string): string | undefined {
  const match = /^(\d{1,10})(?::(\d{1,10}))?$/.exec(text);
  const largest = 2 ** 31 - 1;
  if (!match || Number(match[1]) > largest || Number(match[2] ?? 0) > largest) {
    return "is not a numeric user, or user and group, such as 65532:65532 (a name cannot be checked against root)";
  }
  if (Number(match[1]) > 0) return undefined;
  return "is root, which this package does not ship; where it is needed, set it at deployment (docker run --user, runAsUser)";
}

function portProblem(text: string): string | undefined {
  const match = /^(\d{1,5})(?:\/(tcp|udp|sctp))?$/.exec(text);
  if (match && Number(match[1]) >= 1 && Number(match[1]) <= 65535) return undefined;
  return "is not a port such as 8080 or 53/udp";
}

function fileProblem(text: string): string | undefined {
  const parts = text.split("/");
  if (text === "" || parts[0] === "" || parts.includes("..") || /[*?[\]\\]/.test(text)) {
    return "is not a plain path inside source (no wildcards or backslashes, no leading slash, no ..)";
  }
  return undefined;
}
