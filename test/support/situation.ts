// The run that an image is in, and what is prepared of it, for tests that look at one step of the flow.

import * as pulumi from "@pulumi/pulumi";
import type { Prepared } from "../../components/deploy/before/prepare";
import type { Situation } from "../../components/deploy/pulumi/situation";
import { parseDeployed } from "../../components/deploy/state/deployed";
import type { Plan } from "../../components/dockerfile";
import type { RegistryAccess } from "../../components/registry";
import type { FakeRegistry } from "./fakeRegistry";

/** An update, in which the component has these outputs of its last deployment. */
export function situationOf(state?: object, change: Partial<Situation> = {}): Situation {
  return {
    mode: "update",
    component: new pulumi.ComponentResource("test:index:Image", "image"),
    type: "GoMultiStageImage",
    name: "api",
    customTimeouts: undefined,
    state: pulumi.output<unknown>(state),
    deployed: pulumi.output(parseDeployed(state)),
    ...change,
  };
}

export interface PreparedOptions {
  registry?: FakeRegistry;
  tags?: string[];
  access?: RegistryAccess;
  /** As the state has them. */
  files?: Record<string, string>;
}

/** An image whose files nobody reads. */
export function preparedOf(
  plan: Plan,
  { registry, tags = ["latest"], access = {}, files = {} }: PreparedOptions = {},
  change: Partial<Prepared> = {},
): Prepared {
  const destination = registry && pulumi.output({ repository: registry.repository, tags });
  return {
    spec: plan.spec,
    plan,
    files,
    ...(destination && { destination }),
    access: pulumi.secret(access),
    drift: pulumi.output(undefined),
    ...change,
  } as Prepared;
}
