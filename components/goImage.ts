// From a rendered Dockerfile to outputs: stage the context, let an engine build and push, read the registry.

import * as pulumi from "@pulumi/pulumi";
import { Engine, type GoImageArgs } from "./args";
import type { ImageCheck, ImageLayer } from "./outputs";
import { baseDigests } from "./deploy/baseImages";
import { baseAnnotations, type BaseDigests, type Dockerfile } from "./dockerfile/fast";
import { chosenEngine, engineNamed, type BuildRequest, type ImageBuild } from "./engines/select";
import { showBuildLog } from "./engines/failures/failedStep";
import { secretValues } from "./dockerfile/steps/privateModules";
import { watchPushes } from "./deploy/hooks";
import { repairOf, findDrift } from "./deploy/drift";
import { platformOf } from "./inputs/platform";
import { invalidInputs } from "./inputs/problem";
import type { Source } from "./source/resolve";
import type { DeployedImage, ServedImage } from "./deploy/deployed";
import { deployedImage, mockedDigest, readBack, refTo, type Destination } from "./deploy/readBack";
import { isKnown, tagProblems, takeTags } from "./deploy/tagClaims";
import { findCredentials } from "./registry/credentials/store";
import { parseRepository } from "./registry/reference";
import { isMocked } from "./deploy/sdk";
import { secretWarnings } from "./inputs/secrets";
import { changedDockerfile, changedFiles, recordedFiles } from "./context/changes";
import { readContext } from "./context/stage";
import { stagedContext, workDirectory } from "./deploy/stagedContext";
import { destinationProblems } from "./inputs/validate";

/** The outputs of both components. */
export interface ImageOutputs {
  digest: pulumi.Output<string>;
  ref: pulumi.Output<string>;
  size: pulumi.Output<number>;
  platformSizes: pulumi.Output<Record<string, number>>;
  unpackedSize: pulumi.Output<number>;
  sizeSummary: pulumi.Output<string>;
  layers: pulumi.Output<ImageLayer[]>;
  checks: pulumi.Output<ImageCheck[]>;
  sourceHash: pulumi.Output<string>;
  sourceFiles: pulumi.Output<Record<string, string>>;
  baseImages: pulumi.Output<Record<string, string>>;
  dockerfile: pulumi.Output<string>;
  tags: pulumi.Output<string[]>;
  /** Stays in the state and is no output of the package. */
  repair: pulumi.Output<string>;
  /** As repair: where the build context is, which a new name of the stack does not change. */
  context: pulumi.Output<string>;
}

/** The component that an image is built for. */
export interface Owner {
  component: pulumi.ComponentResource;
  type: string;
  name: string;
  /** Those of the component, which its child does not inherit. */
  customTimeouts?: pulumi.CustomTimeouts | undefined;
}

/** Registers the child that builds, and gives the component's outputs. */
export function buildImage(
  owner: Owner,
  args: GoImageArgs,
  source: Source,
  render: (digests: BaseDigests) => Dockerfile,
): ImageOutputs {
  const { component, name } = owner;
  const { tree, closure } = source;
  const staged = readContext(tree, closure.files, executables(source));
  const deployed = deployedImage(component);
  // Now: the program may go to another directory before the files are written.
  const work = workDirectory(component);
  const context = pulumi.output(stagedContext(owner, work, staged, deployed));
  const { bases, layers, isHardened } = render({});
  const baseImages = baseDigests(component, args.baseImages, bases, deployed);
  const dockerfilePath = context.apply((place) => `${place}.Dockerfile`);
  const dockerfile = pulumi.all([baseImages, dockerfilePath]).apply(([digests, file]) => {
    const { text } = render(digests);
    work.write(file, text);
    return text;
  });

  const destination = destinationOf(owner, args);
  const request: BuildRequest = {
    context,
    dockerfile: dockerfilePath,
    dockerfileText: dockerfile,
    annotations: baseImages.apply((digests) => baseAnnotations(bases.at(-1) ?? "", digests)),
    sourceHash: staged.hash,
    platform: platformOf(args),
    image: destination.apply(({ repository, tags }) => `${repository.familiar}:${tags[0] ?? ""}`),
    registry: destination.apply(({ repository }) => repository.domain),
    login: registryLogin(args),
    insecure: args.registry?.insecure === true,
    compression: compressionOf(args),
    builder: args.builder,
    secrets: secretsOf(args),
    ssh: args.build?.ssh === true,
  };
  const recorded = recordedFiles(staged.files);
  const reasons = rebuildReasons(recorded, dockerfile, deployed);
  explain(owner, source, reasons);
  for (const warning of secretWarnings(args)) void pulumi.log.warn(warning, component);
  void warnOfSecretName(component, args);
  warnOfProviderLogin(owner, args, destination);
  const access = pulumi.output({ ...request.login, insecure: request.insecure });
  const drift = findDrift(component, deployed, destination, access);
  const rebuilds = reasons.apply((changes) => changes.length > 0);
  const repair = repairOf(component, deployed, drift, rebuilds);
  const watch = watchPushes();
  const build = engineNamed(chosenEngine(args))(name, request, {
    parent: component,
    ...(owner.customTimeouts === undefined ? {} : { customTimeouts: owner.customTimeouts }),
    ...deletion(args),
    replacementTrigger: repair,
    hooks: { ...showBuildLog(component, request), ...watch.hooks },
  });
  const image = readBack({
    component,
    build,
    destination,
    deployed,
    drift,
    pushed: watch.pushed,
    access,
    args,
    layerOrigins: layers,
    isHardened,
  });
  // In an update that leaves the child alone (--target of another resource, a refresh) the deployed image is exported, and
  // with it what was said of its source.
  const ofExported = <T>(
    now: pulumi.Input<T>,
    last: (image: DeployedImage) => T | undefined,
  ): pulumi.Output<T> => {
    if (pulumi.runtime.isDryRun() || isMocked()) return pulumi.output(now) as pulumi.Output<T>;
    return pulumi.all([image, deployed, now]).apply(([{ digest }, before, fresh]) => {
      const isDeployed = before?.digest === digest && !watch.pushed();
      return ((isDeployed ? last(before) : undefined) ?? fresh) as T;
    });
  };
  return {
    ...(isMocked() ? mocked(build, destination) : exportedReference(image)),
    size: image.apply((pushed) => pushed.size),
    platformSizes: image.apply((pushed) => pushed.platformSizes),
    unpackedSize: image.apply((pushed) => pushed.unpackedSize),
    sizeSummary: image.apply((pushed) => pushed.sizeSummary),
    layers: image.apply((pushed) => pushed.layers),
    checks: image.apply((pushed) => pushed.checks),
    sourceHash: ofExported(staged.hash, (last) => last.sourceHash),
    sourceFiles: ofExported(recorded, (last) => last.sourceFiles),
    baseImages: ofExported(baseImages, (last) => last.baseImages),
    dockerfile: ofExported(dockerfile, (last) => last.dockerfile),
    tags: destination.apply(({ repository, tags }) => tags.map((tag) => `${repository.familiar}:${tag}`)),
    repair: pulumi.output(repair),
    context,
  };
}

type Reference = Pick<ImageOutputs, "digest" | "ref">;

function exportedReference(image: pulumi.Output<ServedImage>): Reference {
  return { digest: image.apply(({ digest }) => digest), ref: image.apply(({ ref }) => ref) };
}

function mocked(build: ImageBuild, destination: pulumi.Output<Destination>): Reference {
  const digest = mockedDigest(build);
  return { digest, ref: pulumi.all([destination, digest]).apply(([where, known]) => refTo(where, known)) };
}

/**
 * Deleting the resource must not delete an image that something may still run, unless that is asked for. Then a
 * replacement deletes first: the builder gives the same digest again, and deleting it last would delete the new image.
 */
function deletion({ retainOnDelete = true }: GoImageArgs): pulumi.CustomResourceOptions {
  return { retainOnDelete, deleteBeforeReplace: !retainOnDelete };
}

/** Files that are shipped keep their executable bit; compiled ones have none, so that a chmod changes nothing. */
function executables(source: Source): Set<string> {
  return new Set(shippedFiles(source).filter((file) => source.tree.isExecutable(file)));
}

/** Files that runtime.files names, in the image as they are. */
function shippedFiles({ closure, runtimeFiles }: Source): string[] {
  return closure.files.filter((file) =>
    runtimeFiles.some((root) => file === root || file.startsWith(`${root}/`)),
  );
}

/** The first of some files, and how many more there are. */
function named(files: readonly string[]): string {
  const more = files.length - 3;
  return [...files.slice(0, 3), ...(more > 0 ? [`${more} more`] : [])].join(", ");
}

/** What changed since the last deployment; empty without one. Each of these changes makes the engine build and push. */
function rebuildReasons(
  files: Record<string, string>,
  dockerfile: pulumi.Output<string>,
  deployed: pulumi.Output<DeployedImage | undefined>,
): pulumi.Output<string[]> {
  return pulumi.all([deployed, dockerfile]).apply(([image, text]) => {
    if (image?.sourceFiles === undefined || image.dockerfile === undefined) return [];
    return [...changedDockerfile(image.dockerfile, text), ...changedFiles(image.sourceFiles, files)];
  });
}

/** Tells what the user should know about the source: what changed since the last deployment, and what is unusual. */
function explain({ component }: Owner, source: Source, reasons: pulumi.Output<string[]>): void {
  const { closure } = source;
  if (closure.wholeModule !== undefined) {
    void pulumi.log.info(`the context holds the whole module: ${closure.wholeModule}`, component);
  }
  const ofOwner = shippedFiles(source).filter((file) => source.tree.isPrivate(file));
  if (ofOwner.length > 0) {
    void pulumi.log.warn(
      `${named(ofOwner)} can be read by the owner alone here, and by everyone in the image, which runtime.files puts it into`,
      component,
    );
  }
  if (closure.secrets.length > 0) {
    const names = closure.secrets.join(", ");
    void pulumi.log.warn(
      `${names} look like secrets and are sent to the builder, because the program embeds or ships them`,
      component,
    );
  }
  reasons.apply((changes) => {
    if (changes.length > 0) void pulumi.log.info(`rebuilds because of ${changes.join(", ")}`, component);
  });
}

/** Repository and tags, checked again once they are known: they may come from another resource. */
function destinationOf(owner: Owner, args: GoImageArgs): pulumi.Output<Destination> {
  return pulumi.all([args.repository, args.tags]).apply(([repository, givenTags]) => {
    // An Output may hold nothing.
    const tags = givenTags ?? ["latest"];
    const problems = destinationProblems(repository ?? null, tags);
    const isLate = !isKnown(args.repository, args.tags);
    if (problems.length === 0 && isLate) problems.push(...tagProblems(owner.name, repository, tags));
    if (problems.length > 0) throw invalidInputs(owner.type, owner.name, problems);
    if (isLate) takeTags(owner.name, repository, tags);
    return { repository: parseRepository(repository), tags };
  });
}

/** Undefined leaves the builder's own, which is gzip, so that naming it changes nothing. */
function compressionOf({ compression, compressionLevel }: GoImageArgs): BuildRequest["compression"] {
  const type = compression ?? "gzip";
  return type === "gzip" && compressionLevel === undefined ? undefined : { type, level: compressionLevel };
}

/** The name of an image is in its registry, in the state and in the output ref: it cannot be kept secret. */
async function warnOfSecretName(
  component: pulumi.Resource,
  { repository, tags }: GoImageArgs,
): Promise<void> {
  if (!(await pulumi.isSecret(pulumi.all([repository, tags])))) return;
  await pulumi.log.warn(
    "repository or tags is a secret, but the name of an image is readable in the outputs and the state",
    component,
  );
}

/**
 * A docker.Provider's registryAuth cannot be read from it, so that the push has a login and the look at what was pushed has none.
 * Said before the build, which would otherwise end with a 401 after it.
 */
function warnOfProviderLogin(
  { component }: Owner,
  args: GoImageArgs,
  destination: pulumi.Output<Destination>,
): void {
  const provider = component.getProvider("docker:index/image:Image");
  const isUsed = provider !== undefined && chosenEngine(args) === Engine.Docker;
  if (!isUsed || args.registry?.username !== undefined || isMocked() || pulumi.runtime.isDryRun()) return;
  destination.apply(async ({ repository: { domain, path } }) => {
    // A helper that fails is told of where the login is needed.
    const login = await findCredentials(domain, process.env, path).catch(() => undefined);
    if (login !== undefined) return;
    await pulumi.log.warn(
      `registryAuth of the docker provider serves the push alone. If ${domain} wants a login for reading, too, give it to the ` +
        `image as registry.username and registry.password, or run docker login ${domain}`,
      component,
    );
  });
}

function secretsOf({ build }: GoImageArgs): BuildRequest["secrets"] {
  const values = Object.entries(secretValues(build ?? {}));
  return Object.fromEntries(values.map(([id, value]) => [id, pulumi.secret(value)]));
}

function registryLogin({ registry }: GoImageArgs): BuildRequest["login"] {
  if (registry?.username === undefined || registry.password === undefined) return undefined;
  return { username: pulumi.output(registry.username), password: pulumi.secret(registry.password) };
}
