// The flow of an image, from top to bottom: validate the inputs, resolve the Go module, stage the build context, render the
// Dockerfile, let an engine build and push, read back what the registry serves.

import * as pulumi from "@pulumi/pulumi";
import type { GoMultiStageImageArgs } from "./args";
import { changedDockerfile, changedFiles, readContext, recordedFiles, type Context } from "./context";
import {
  afterDependencies,
  announce,
  buildAccess,
  builderReady,
  destinationOf,
  explainFailures,
  findDrift,
  hasDependencies,
  invalidInputs,
  isKnown,
  isMocked,
  lastOutputs,
  mergeHooks,
  mockedDigest,
  mockedImage,
  mockedRef,
  notYet,
  parseDeployed,
  publishSeed,
  readBack,
  registerOutputs,
  registryAccess,
  registryLogin,
  repushTrigger,
  seedFor,
  settleBases,
  stagedContext,
  startProvider,
  tellReasons,
  timeLimits,
  taggedName,
  warnOfProviderLogin,
  watchPushes,
  withTags,
  workDirectory,
  type DeployedImage,
  type Owner,
  type Registration,
  type WrittenSeed,
} from "./deploy";
import { baseAnnotations, render, type Plan } from "./dockerfile";
import { engines, type BuildRequest } from "./engines";
import type { ImageSpec, Problem } from "./inputs";
import { outputNames } from "./outputNames";
import type { GoImageOutputs, ImageLayer } from "./outputs";
import { resolveInputs, resolveSource, type ResolvedSource } from "./resolved";
import type { Source } from "./source";

// The outputs are declared once, in outputs.ts, and assigned all together.
// eslint-disable-next-line @typescript-eslint/no-empty-object-type, @typescript-eslint/no-unsafe-declaration-merging
export interface GoImage extends GoImageOutputs {}

/** The base class of both components. */
// eslint-disable-next-line @typescript-eslint/no-unsafe-declaration-merging -- as above
export class GoImage extends pulumi.ComponentResource {
  /**
   * Registers the image. Mistakes in the inputs are thrown together as an InputPropertiesError before anything is
   * built; a build or a push that fails ends the update and leaves the previous outputs and tags in place.
   */
  protected constructor(
    // Spelled out: the declarations that users' compilers read name no other folder.
    type: "GoMultiStageImage" | "GoSingleStageImage",
    name: string,
    args: GoMultiStageImageArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    const resolved = resolveInputs(type, name, args);
    // What the image depends on may make its source: a preview looks at what is there, and an update waits.
    const waits = resolved.problems.length === 0 && hasDependencies(opts);
    const found = waits && !pulumi.runtime.isDryRun() ? undefined : resolveSource(resolved);
    const refused = (problems: readonly Problem[]) => invalidInputs(type, name, problems);
    if (!waits && found?.source === undefined) throw refused(found?.problems ?? []);
    resolved.claim();
    // No inputs are registered: they would put secrets into the state, and the engine keeps the outputs of the last
    // deployment only for a component whose inputs did not change.
    super(`goimage:index:${type}`, name, {}, opts);
    const owner = { component: this, type, name, customTimeouts: opts?.customTimeouts };
    const state = lastOutputs(this);
    const make = ({ source, problems }: ResolvedSource) => {
      if (source === undefined) throw refused(problems);
      return deploy(owner, state, resolved.spec, source);
    };
    const { outputs, all } =
      found === undefined
        ? afterDependencies(this, outputNames, () => make(resolveSource(resolved)))
        : found.source === undefined
          ? notYet<GoImageOutputs>(this, outputNames, found.problems)
          : make(found);
    Object.assign(this, outputs);
    registerOutputs(this, all, isKnown(state));
  }
}

/** Kept in the state beside the outputs, for goimage's own use. The names are those of 0.1.0. */
interface KeptState {
  /** The last repushTrigger. */
  repair: pulumi.Output<string>;
  /** Build arguments that name the seed. */
  seed?: pulumi.Output<Record<string, string>>;
  /** Base images that need no second look. */
  inspectedBases: pulumi.Output<Record<string, string>>;
  /** The seed that the stack wrote last. */
  writtenSeed?: pulumi.Output<WrittenSeed | undefined>;
  /** Where the build context is, which a new name of the stack does not change. */
  context: pulumi.Output<string>;
  /** With several platforms: the layers of those after the first, which need no download again. */
  platformLayers?: pulumi.Output<Record<string, ImageLayer[]>>;
}

/** Registers the child that builds, and gives the component's outputs. */
function deploy(
  owner: Owner,
  state: pulumi.Output<unknown>,
  spec: ImageSpec,
  source: Source,
): Registration<GoImageOutputs> {
  const { component, type, name } = owner;
  const deployed = state.apply(parseDeployed);
  const destination = destinationOf(owner, spec);
  const login = registryLogin(owner, spec);
  const access = registryAccess(login, spec.registry.insecure);
  const drift = findDrift(component, deployed, destination, access);

  // Stage. Where is decided now: the program may go to another directory before the files are written.
  const work = workDirectory(component);
  const staged = readContext(source.tree, source.closure.files, executables(source));
  const kind = type.replace(/^Go|Image$/g, "");
  const context = pulumi.output(stagedContext(component, work, staged, kind, deployed));

  // Render, once the digests of base images are known.
  const plan: Plan = {
    ...{ spec, service: source.service, golangImage: source.golangImage },
    cacheNamespace: `goimage-${pulumi.getProject().replace(/[^A-Za-z0-9_.-]/g, "_")}`,
  };
  const { layers, isHardened } = render(plan);
  const recorded = recordedFiles(staged.files);
  const bases = settleBases({ owner, plan, files: recorded, state, deployed, drift, destination, access });
  const pins = bases.settled.apply((settled) => settled.pins);
  const dockerfilePath = context.apply((place) => `${place}.Dockerfile`);
  const dockerfile = pulumi.all([pins, dockerfilePath]).apply(([known, file]) => {
    const { text } = render(plan, known);
    work.write(file, text);
    return text;
  });

  // Build and push.
  const unseeded: Omit<BuildRequest, "buildArgs"> = {
    context,
    dockerfile: dockerfilePath,
    dockerfileText: dockerfile,
    annotations: pins.apply(({ digests }) => baseAnnotations(plan, digests)),
    sourceHash: staged.hash,
    platforms: spec.platforms,
    image: destination.apply((where) => taggedName(where, where.tags[0] ?? "")),
    registry: destination.apply(({ repository }) => repository.domain),
    login,
    insecure: spec.registry.insecure,
    compression: spec.compression,
    builder: spec.builder,
    ...buildAccess(owner, spec, pins),
  };
  const reasons = rebuildReasons(recorded, dockerfile, deployed);
  announce(component, spec, source);
  warnOfProviderLogin(component, spec, destination);
  const rebuilds = reasons.apply((changes) => changes.length > 0);
  void startProvider(component, spec.engine, deployed, bases.isBuilt);
  const repush = repushTrigger(component, deployed, drift, rebuilds);
  const seeds =
    spec.cache &&
    withTags({
      ...{ owner, cache: spec.cache, plan, imports: source.imports },
      moduleFiles: readContext(source.tree, source.service.moduleFiles),
      ...{ pins, check: bases.check, request: unseeded, destination, access, work, deployed },
    });
  const choice = seeds && pulumi.output(seedFor(seeds, { rebuilds, drift }));
  const seed = choice?.args;
  const request: BuildRequest = { ...unseeded, buildArgs: seed };
  const watch = watchPushes(component);
  const told = tellReasons(component, reasons);
  const trigger = bases
    .mayBuild()
    .then(() => builderReady(component, spec, deployed, rebuilds))
    .then(() => repush);
  // The registration is told of an unusable builder; Node is not to warn that nobody was yet.
  trigger.catch(() => undefined);
  const build = engines[spec.engine](name, request, {
    parent: component,
    ...timeLimits(owner, spec),
    ...deletion(spec),
    replacementTrigger: trigger,
    hooks: mergeHooks(explainFailures(component, request), watch.hooks, told.hooks, bases.guard),
  });

  told.registered(build.resource);
  const writtenSeed = seeds && choice && pulumi.output(publishSeed(seeds, build, choice));

  // Read back.
  const image = isMocked()
    ? mockedImage({ name, spec, destination, dockerfile, sourceHash: staged.hash })
    : readBack({
        ...{ component, spec, build, destination, deployed, drift, access },
        pushed: watch.pushed,
        layerOrigins: layers,
        warnOnFailedChecks: isHardened,
      });
  const digest = isMocked() ? mockedDigest(build, image) : image.apply((pushed) => pushed.digest);
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
  const outputs: GoImageOutputs = {
    digest,
    ref: isMocked() ? mockedRef(destination, digest) : image.apply((pushed) => pushed.ref),
    size: image.apply((pushed) => pushed.size),
    platformDigests: image.apply((pushed) => pushed.platformDigests),
    platformSizes: image.apply((pushed) => pushed.platformSizes),
    unpackedSize: image.apply((pushed) => pushed.unpackedSize),
    sizeSummary: image.apply((pushed) => pushed.sizeSummary),
    layers: image.apply((pushed) => pushed.layers),
    checks: image.apply((pushed) => pushed.checks),
    sourceHash: ofExported(staged.hash, (last) => last.sourceHash),
    sourceFiles: ofExported(recorded, (last) => last.sourceFiles),
    baseImages: ofExported(
      pins.apply(({ digests }) => ({ ...digests })),
      (last) => last.baseImages,
    ),
    dockerfile: ofExported(dockerfile, (last) => last.dockerfile),
    tags: destination.apply((where) => where.tags.map((tag) => taggedName(where, tag))),
  };
  const keptSeed = seed && ofExported(seed, (last) => last.seed);
  const kept: KeptState = {
    ...{ repair: pulumi.output(repush), context },
    inspectedBases: ofExported(
      bases.settled.apply(({ inspected }) => inspected),
      (last) => last.inspectedBases,
    ),
    ...(keptSeed && { seed: keptSeed }),
    ...(writtenSeed && { writtenSeed }),
    ...(spec.platforms.length > 1 && {
      platformLayers: image.apply((pushed) => pushed.platformLayers),
    }),
  };
  return { outputs, all: { ...outputs, ...kept } };
}

/**
 * Deleting the resource must not delete an image that something may still run, unless that is asked for. Then a
 * replacement deletes first: the builder gives the same digest again, and deleting it last would delete the new image.
 */
function deletion({ retainOnDelete }: ImageSpec): pulumi.CustomResourceOptions {
  return { retainOnDelete, deleteBeforeReplace: !retainOnDelete };
}

/** Files that are shipped keep their executable bit; compiled ones have none, so that a chmod changes nothing. */
function executables({ shipped, tree }: Source): Set<string> {
  return new Set(shipped.filter((file) => tree.isExecutable(file)));
}

/** What changed since the last deployment; empty without one. Each of these changes makes the engine build and push. */
function rebuildReasons(
  files: Context["files"],
  dockerfile: pulumi.Output<string>,
  deployed: pulumi.Output<DeployedImage | undefined>,
): pulumi.Output<string[]> {
  return pulumi.all([deployed, dockerfile]).apply(([image, text]) => {
    if (image?.sourceFiles === undefined || image.dockerfile === undefined) return [];
    return [...changedDockerfile(image.dockerfile, text), ...changedFiles(image.sourceFiles, files)];
  });
}
