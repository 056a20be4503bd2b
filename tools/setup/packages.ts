import { readdirSync } from "node:fs";
import { mustRun, run, SetupError, which } from "./exec";
import { isRoot } from "./facts";

/** Programs of the operating system that some steps need, the Debian package of each, and what for. */
export const systemCommands = {
  xz: { package: "xz-utils", why: "unpacks the mirror's files" },
  iptables: { package: "iptables", why: "gives containers a way out to the network" },
  ip: { package: "iproute2", why: "makes the containers' network bridge" },
  chromium: { package: "chromium", why: "the browser that the report's page is tested in" },
  debootstrap: { package: "debootstrap", why: "makes the root filesystem of the golang stand-in" },
} as const;

export type SystemCommand = keyof typeof systemCommands;

export const missingPackages = (commands: readonly SystemCommand[]): string[] =>
  commands.filter((command) => !which(command)).map((command) => systemCommands[command].package);

/** Installs Debian packages, or says how. */
export async function installPackages(packages: readonly string[], log: string): Promise<void> {
  if (!which("apt-get")) {
    throw new SetupError(
      `install these with this system's package manager, then run again: ${packages.join(" ")}`,
    );
  }
  if (!isRoot()) {
    const command = `sudo apt-get install --no-install-recommends ${packages.join(" ")}`;
    throw new SetupError(`these Debian packages are needed; run this, then run again:\n  ${command}`);
  }
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const install = ["install", "-y", "--no-install-recommends", ...packages];
  const listed = readdirSync("/var/lib/apt/lists").some(
    (name) => name.endsWith("Packages") || name.includes("Packages."),
  );
  if (listed && (await run("apt-get", install, { env, log })).code === 0) return;
  // No package lists, or lists so old that they name files that are gone.
  await mustRun("apt-get", ["update"], { env, log });
  await mustRun("apt-get", install, { env, log });
}
