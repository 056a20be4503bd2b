// Resource hooks on the child that builds: whether it built, and why it failed.

import { AsyncResource } from "node:async_hooks";
import * as pulumi from "@pulumi/pulumi";
import { explainFailure, type BuildRequest } from "../engines";
import { oncePerRun } from "./program";
import { canHook, valueIfKnown } from "./sdk";
import { say } from "./say";

const hooks = oncePerRun("hooks", () => ({ count: 0 }));

/** A name that no other hook of the run has: the engine refuses two of one name. */
function hookName(purpose: string): string {
  return `goimage-${purpose}-${++hooks().count}`;
}

/** Hooks for the child that builds, and what they have seen. */
export interface PushWatch {
  hooks: pulumi.ResourceHookBinding;
  pushed: () => boolean;
}

/** Tells whether the engine ran a build. A digest does not: a build of the same source gives the same one. */
export function watchPushes(): PushWatch {
  if (!canHook()) return { hooks: {}, pushed: () => false };
  let done = false;
  const hook = new pulumi.ResourceHook(hookName("pushed"), () => {
    done = true;
  });
  return { hooks: { afterCreate: [hook], afterUpdate: [hook] }, pushed: () => done };
}

/** A hook that ends a build before it begins, where `check` throws. */
export function beforeBuilds(check: () => Promise<void>): pulumi.ResourceHookBinding {
  if (!canHook()) return {};
  const hook = new pulumi.ResourceHook(hookName("bases"), AsyncResource.bind(check));
  return { beforeCreate: [hook], beforeUpdate: [hook] };
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
    return false; // Do not try again.
  };
  // In the plugin for other languages the engine of a log is the one of the resource that is constructed.
  const hook = new pulumi.ErrorHook(hookName("build-log"), AsyncResource.bind(explain));
  return { onError: [hook] };
}

/** The request with its values; what is not known by now is empty. */
export async function knownBuild(request: BuildRequest): Promise<Parameters<typeof explainFailure>[1]> {
  const known = async (value: pulumi.Input<string> | undefined) =>
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
    ...{ platforms: request.platforms, builder: request.builder, ssh: await known(request.ssh) },
  };
}
