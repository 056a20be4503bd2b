// The SSH agent of the machine that runs Pulumi.

import type { ImageSpec, Problem } from "../inputs";

/** The provider wants an agent even for a preview, and names none of our inputs when there is none. */
export function agentProblems({ build }: ImageSpec): Problem[] {
  // Windows has an agent at a place of its own.
  if (!build.ssh || process.platform === "win32" || process.env["SSH_AUTH_SOCK"]) return [];
  const reason =
    "needs an SSH agent, but SSH_AUTH_SOCK is not set; start one and add a key to it, such as with " +
    'eval "$(ssh-agent)" && ssh-add';
  return [{ propertyPath: "build.ssh", reason }];
}
