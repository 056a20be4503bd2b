import { mkdirSync } from "node:fs";
import { delimiter } from "node:path";
import type { Layout } from "./paths";

/** Settings that keep child processes to this clone's tools, state and builders, away from the user's own. */
export function environment(layout: Layout, path = process.env["PATH"] ?? ""): Record<string, string> {
  mkdirSync(layout.pulumiHome, { recursive: true });
  mkdirSync(layout.pulumiState, { recursive: true });
  const rest = path.split(delimiter).filter((folder) => folder !== layout.bin);
  return {
    PATH: [layout.bin, ...rest].join(delimiter),
    PULUMI_HOME: layout.pulumiHome,
    PULUMI_BACKEND_URL: `file://${layout.pulumiState}`,
    PULUMI_CONFIG_PASSPHRASE: "",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    // Every plugin is here already; a wrong version is to fail at once instead of reaching for the network.
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    BUILDX_CONFIG: layout.buildx,
  };
}
