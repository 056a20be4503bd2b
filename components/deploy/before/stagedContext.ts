// Puts the build context where the engine reads it.

import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import {
  WorkDirectory,
  contextDirectory,
  isWritten,
  keptDirectory,
  markInUse,
  userOf,
  writeContext,
  type Context,
} from "../../context";
import { diskError } from "../../source";
import type { DeployedImage } from "../state/deployed";
import { failure } from "../pulumi/userErrors";
import { valueIfKnown } from "../pulumi/sdk";
import type { Situation } from "../pulumi/situation";
import { say } from "../pulumi/say";

export function workDirectory(component: pulumi.ComponentResource): WorkDirectory {
  try {
    return new WorkDirectory(process.cwd());
  } catch (error) {
    throw stagingFailure(error, component);
  }
}

function stagingFailure(error: unknown, component: pulumi.ComponentResource): Error {
  const reason = diskError(error);
  const message =
    reason === undefined ? (error as Error).message : `the build context cannot be written: ${reason}`;
  return failure(message, component);
}

/**
 * Writes the build context and gives its place, relative to the program's directory. A promise, not an Output: that would
 * depend on the component, hence on its child, whose registration waits for this.
 */
export async function stagedContext(
  { mode, component, deployed }: Situation,
  work: WorkDirectory,
  staged: Context,
  kind: string,
): Promise<string> {
  const isPreview = mode !== "update";
  const [project, stack] = [pulumi.getProject(), pulumi.getStack()];
  const stage = (urn: string, image: DeployedImage | undefined): string => {
    const wished = contextDirectory(urn, project, stack, kind);
    let place = keptDirectory(wished, image?.context);
    work.clearWay(place);
    const user = isPreview ? userOf(work, place) : undefined;
    if (user !== undefined && !isWritten(staged, work, place)) {
      void say(
        "info",
        `an update (process ${user}) builds from ${place}; this preview leaves it alone`,
        component,
      );
      place = path.posix.join(path.posix.dirname(place), "preview", path.posix.basename(place));
      work.clearWay(place);
    }
    if (!isPreview) markInUse(work, place);
    writeContext(staged, work, place);
    return place;
  };
  const urn = (await valueIfKnown(component.urn)) ?? "";
  const image = await valueIfKnown(deployed);
  try {
    return stage(urn, image);
  } catch (error) {
    throw stagingFailure(error, component);
  }
}
