// Resource hooks on the children that build: whether they built, and why they failed.

import { AsyncResource } from "node:async_hooks";
import * as pulumi from "@pulumi/pulumi";
import { explainFailure, type BuildRequest } from "../../engines";
import { canHook, lateHook, valueIfKnown } from "./sdk";
import { say } from "./say";

type Purpose = "pushed" | "failed" | "bases" | "reasons";

/**
 * A name that no other hook of the run has. The engine refuses two of one name, whichever process registers them: a program, the
 * plugin for other languages, a company's own plugin. It keeps a component's URN unique in all of them. Names are written to the
 * state, so they are the same in each run, and without the stack's name, which may change.
 */
export function hookName(purpose: Purpose, urn: string): string {
  const [, , ...typeAndName] = urn.split("::");
  return `goimage-${purpose}:${typeAndName.join("::")}`;
}

async function nameOf(purpose: Purpose, component: pulumi.Resource): Promise<string> {
  return hookName(purpose, (await valueIfKnown(component.urn)) ?? "");
}

/** All hooks of several bindings, in their order. */
export function mergeHooks(...bindings: readonly pulumi.ResourceHookBinding[]): pulumi.ResourceHookBinding {
  const all: Record<string, unknown[]> = {};
  for (const [when, hooks] of bindings.flatMap((binding) => Object.entries(binding)))
    all[when] = [...(all[when] ?? []), ...(hooks as unknown[])];
  return all;
}

/** Hooks for the child that builds, and what they have seen. */
interface PushWatch {
  hooks: pulumi.ResourceHookBinding;
  pushed: () => boolean;
}

/** Tells whether the engine ran a build. A digest does not: a build of the same source gives the same one. */
export function watchPushes(component: pulumi.Resource): PushWatch {
  if (!canHook()) return { hooks: {}, pushed: () => false };
  let done = false;
  const hook = lateHook(pulumi.ResourceHook, nameOf("pushed", component), () => {
    done = true;
  });
  return { hooks: { afterCreate: [hook], afterUpdate: [hook] }, pushed: () => done };
}

/** A hook that ends a build before it begins, where `check` throws. */
export function beforeBuilds(
  component: pulumi.Resource,
  check: () => Promise<void>,
): pulumi.ResourceHookBinding {
  if (!canHook()) return {};
  const hook = lateHook(pulumi.ResourceHook, nameOf("bases", component), AsyncResource.bind(check));
  return { beforeCreate: [hook], beforeUpdate: [hook] };
}

/** The reasons for a build, and hooks for the child that builds, which tell them when it is built. */
interface ReasonWatch {
  hooks: pulumi.ResourceHookBinding;
  /** To be called with the child: says so where it is left alone. */
  registered: (child: pulumi.Resource) => void;
}

/**
 * Tells why an image is built when the engine is about to do so, in previews too. A change alone does not mean a build: with --target of
 * something else the engine leaves the child alone, and nobody but the engine knows what is targeted.
 */
export function tellReasons(component: pulumi.Resource, reasons: pulumi.Output<string[]>): ReasonWatch {
  const listed = reasons.apply((changes) => changes.join(", "));
  const tell = async (words: (list: string) => string): Promise<void> => {
    const list = await valueIfKnown(listed);
    if (list !== undefined && list !== "") await say("info", words(list), component);
  };
  if (!canHook()) {
    void tell((list) => `rebuilds because of ${list}`);
    return { hooks: {}, registered: () => undefined };
  }
  let told = false;
  const announce = async () => {
    told = true;
    await tell((list) => `rebuilds because of ${list}`);
  };
  // In the plugin for other languages the engine of a log is the one of the resource that is constructed.
  const hook = lateHook(pulumi.ResourceHook, nameOf("reasons", component), AsyncResource.bind(announce), {
    onDryRun: true,
  });
  const registered = (child: pulumi.Resource) =>
    void child.urn.apply((urn) =>
      told
        ? undefined
        : tell((list) => `not rebuilt, although ${list} changed: this update leaves ${urn} alone (--target)`),
    );
  return { hooks: { beforeCreate: [hook], beforeUpdate: [hook] }, registered };
}

/** A hook for the child that builds `request`: it logs the output of the failed step, or what to do. */
export function explainFailures(
  component: pulumi.Resource,
  request: BuildRequest,
): pulumi.ResourceHookBinding {
  if (!canHook()) return {};
  const explain = async ({ errors }: pulumi.ErrorHookArgs) => {
    const text = await explainFailure(errors, await knownBuild(request));
    if (text !== undefined) await say("error", text.split("\n"), component);
    return false; // The engine must not try again.
  };
  // In a plugin the engine of a log is the one of the resource that is constructed.
  const bound = AsyncResource.bind(explain);
  return { onError: [lateHook(pulumi.ErrorHook, nameOf("failed", component), bound)] };
}

/** The request with its values; values that are still unknown are empty. */
export async function knownBuild(request: BuildRequest): Promise<Parameters<typeof explainFailure>[1]> {
  const known = async (value: pulumi.Input<string | undefined>) =>
    value === undefined ? undefined : await valueIfKnown(pulumi.output(value));
  const { ids, values } = request.secrets;
  const names = (await valueIfKnown(ids)) ?? [];
  const secrets = names.map(async (id, n) => [id, (await known(values[n])) ?? ""] as const);
  return {
    image: (await known(request.image)) ?? "",
    registry: (await known(request.registry)) ?? "",
    user: await known(request.login?.username),
    password: await known(request.login?.password),
    dockerfile: (await known(request.dockerfile)) ?? "",
    dockerfileText: (await known(request.dockerfileText)) ?? "",
    context: (await known(request.context)) ?? "",
    buildArgs: (request.buildArgs && (await valueIfKnown(request.buildArgs))) ?? {},
    secrets: Object.fromEntries(await Promise.all(secrets)),
    platforms: request.platforms,
    builder: request.builder,
    ssh: await known(request.ssh),
  };
}
