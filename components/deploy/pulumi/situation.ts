// The run that an image is in, asked once: what kind of run it is, for which component, and what is deployed.

import * as pulumi from "@pulumi/pulumi";
import type { ComponentType } from "../../inputs";
import { lastOutputs, parseDeployed, type DeployedImage } from "../state/deployed";
import { isMocked } from "./sdk";

/** "test" is a unit test of a user's stack (pulumi.runtime.setMocks), where nothing is asked of anybody. */
export type Mode = "preview" | "update" | "test";

export function runMode(): Mode {
  if (isMocked()) return "test";
  return pulumi.runtime.isDryRun() ? "preview" : "update";
}

export interface Situation {
  mode: Mode;
  component: pulumi.ComponentResource;
  type: ComponentType;
  name: string;
  /** Those of the component, which its child does not inherit. */
  customTimeouts: pulumi.CustomTimeouts | undefined;
  /** The component's outputs after the last deployment; unknown where the engine has passed the component over. */
  state: pulumi.Output<unknown>;
  /** The image among them. */
  deployed: pulumi.Output<DeployedImage | undefined>;
}

export function situation(
  mode: Mode,
  component: pulumi.ComponentResource,
  type: ComponentType,
  name: string,
  opts: pulumi.ComponentResourceOptions | undefined,
): Situation {
  const state = mode === "test" ? pulumi.output<unknown>(undefined) : lastOutputs(component);
  const deployed = state.apply(parseDeployed);
  return { mode, component, type, name, customTimeouts: opts?.customTimeouts, state, deployed };
}
