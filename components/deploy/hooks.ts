// Resource hooks on the children that build: whether they built, and why they failed.

import { AsyncResource } from "node:async_hooks";
import * as pulumi from "@pulumi/pulumi";
import { explainFailure, type BuildRequest } from "../engines";
import { canHook, lateHook, valueIfKnown } from "./sdk";

/** Which child of a component. */
type Child = "image" | "seed";
type Purpose = "pushed" | "failed";

/**
 * A name that no other hook of the run has. The engine refuses two of one name, whichever process registers them: a program, the
 * plugin for other languages, a company's own plugin. It keeps a component's URN unique in all of them. Names are written to the
 * state, so they are the same in each run, and without the stack's name, which may change.
 */
export function hookName(purpose: Purpose, child: Child, urn: string): string {
  const [, , ...typeAndName] = urn.split("::");
  return `goimage-${child}-${purpose}:${typeAndName.join("::")}`;
}

async function nameOf(purpose: Purpose, child: Child, component: pulumi.Resource): Promise<string> {
  return hookName(purpose, child, (await valueIfKnown(component.urn)) ?? "");
}

/** Hooks for the child that builds, and what they have seen. */
export interface PushWatch {
  hooks: pulumi.ResourceHookBinding;
  pushed: () => boolean;
}

/** Tells whether the engine ran a build. A digest does not: a build of the same source gives the same one. */
export function watchPushes(component: pulumi.Resource, child: Child = "image"): PushWatch {
  if (!canHook()) return { hooks: {}, pushed: () => false };
  let done = false;
  const hook = lateHook(pulumi.ResourceHook, nameOf("pushed", child, component), () => {
    done = true;
  });
  return { hooks: { afterCreate: [hook], afterUpdate: [hook] }, pushed: () => done };
}

/** A hook for the child that builds `request`: it logs the output of the failed step, or what to do. */
export function explainFailures(
  component: pulumi.Resource,
  request: BuildRequest,
  child: Child = "image",
): pulumi.ResourceHookBinding {
  if (!canHook()) return {};
  const explain = async ({ errors }: pulumi.ErrorHookArgs) => {
    const text = await explainFailure(errors, await knownBuild(request));
    if (text !== undefined) await pulumi.log.error(text, component);
    return false; // Do not try again.
  };
  // In a plugin the engine of a log is the one of the resource that is constructed.
  const bound = AsyncResource.bind(explain);
  return { onError: [lateHook(pulumi.ErrorHook, nameOf("failed", child, component), bound)] };
}

/** The request with its values; what is not known by now is empty. */
async function knownBuild(request: BuildRequest): Promise<Parameters<typeof explainFailure>[1]> {
  const known = async (value: pulumi.Input<string> | undefined) =>
    value === undefined ? undefined : await valueIfKnown(pulumi.output(value));
  const secrets = Object.entries(request.secrets).map(
    async ([id, value]) => [id, (await known(value)) ?? ""] as const,
  );
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
    ...{ platforms: request.platforms, builder: request.builder, ssh: request.ssh },
  };
}
