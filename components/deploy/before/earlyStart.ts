// Has the engine start the provider's plugin while the registry is asked.

import * as pulumi from "@pulumi/pulumi";
import type { Engine } from "../../args";
import { providers } from "../../engines";

/**
 * In an update that builds nothing, the child's registration waits for the registry, and the plugin's start, which takes longer, would
 * wait for the registration. The engine starts a plugin at the first thing that is asked of it: so this asks for a function that the
 * provider does not have. Where the plugin itself is missing, the child's registration says so.
 */
export async function startProvider(component: pulumi.ComponentResource, engine: Engine): Promise<void> {
  try {
    const provider = providers[engine];
    // Another version would be another plugin than the child's.
    // eslint-disable-next-line @typescript-eslint/no-require-imports
    const { version } = require(`@pulumi/${provider}/package.json`) as { version: string };
    await pulumi.runtime.invoke(`${provider}:index:start`, {}, { parent: component, version });
  } catch {
    // As it has to be: there is no such function. Anything else is told to who needs it.
  }
}
