/** Runs the image as a cautious operator would, and looks at what came up. */
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { mustRun, run, SetupError } from "../setup/exec";
import type { Layout } from "../setup/paths";

interface Running {
  readonly name: string;
  readonly address: string;
  /** It was there already, with the same image. */
  readonly reused: boolean;
}

const containerName = (layout: Layout): string => `goimage-demo-${layout.id}`;
const hostFile = (layout: Layout): string => join(layout.home, "demo-docker-host");

export async function ensureContainer(layout: Layout, ref: string, env: NodeJS.ProcessEnv): Promise<Running> {
  const name = containerName(layout);
  const inspect = ["inspect", "--format", "{{.Config.Image}} {{.State.Running}}", name];
  const reused = (await run("docker", inspect, { env })).stdout.trim() === `${ref} true`;
  if (!reused) {
    await run("docker", ["rm", "--force", name], { env });
    const hardening = ["--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges"];
    await writeFile(hostFile(layout), env["DOCKER_HOST"] ?? "");
    await mustRun("docker", ["run", "--detach", "--name", name, ...hardening, "-p", "127.0.0.1::8080", ref], {
      env,
    });
  }
  const address = (await mustRun("docker", ["port", name, "8080/tcp"], { env })).trim().split("\n")[0] ?? "";
  return { name, address, reused };
}

/** True if there was one. It is looked for in the Docker Engine that it was started in, whatever DOCKER_HOST says now. */
export async function removeContainer(layout: Layout, env: NodeJS.ProcessEnv): Promise<boolean> {
  const host = await readFile(hostFile(layout), "utf8").catch(() => undefined);
  if (host === undefined) return false;
  const { stdout } = await run("docker", ["--host", host, "rm", "--force", containerName(layout)], { env });
  await rm(hostFile(layout));
  return stdout.trim() !== "";
}

/** Asks until it answers: a container needs a moment to listen. */
export async function ask(
  running: Running,
  path: string,
  env: NodeJS.ProcessEnv,
): Promise<{ status: number; body: string }> {
  const deadline = Date.now() + 10_000;
  for (;;) {
    try {
      const response = await fetch(`http://${running.address}${path}`, { signal: AbortSignal.timeout(2000) });
      return { status: response.status, body: (await response.text()).trim() };
    } catch (error) {
      if (Date.now() > deadline) {
        const logs = await run("docker", ["logs", "--tail", "20", running.name], { env });
        throw new SetupError(
          `${path} does not answer (${String(error)}); the container says:\n${logs.stdout}${logs.stderr}`,
        );
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

/** The user that the process has for the kernel, where this machine can see it, and the one that the image asks for. */
export async function processUser(
  running: Running,
  env: NodeJS.ProcessEnv,
): Promise<{ image: string; kernel?: string }> {
  const format = ["inspect", "--format", "{{.Config.User}} {{.State.Pid}}", running.name];
  const [image = "", pid = ""] = (await mustRun("docker", format, { env })).trim().split(" ");
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  const kernel = /^Uid:\s+(\d+)/m.exec(status)?.[1];
  return { image, ...(kernel ? { kernel } : {}) };
}
