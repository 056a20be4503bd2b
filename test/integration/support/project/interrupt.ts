// Starts pulumi as a terminal would, and ends it the hard way.

import { execFileSync, spawn } from "node:child_process";
import type { Project, Run } from "./project";

export interface Running {
  /** Ctrl-C: the terminal sends it to the whole process group. */
  interrupt(): void;
  /** kill -9 of pulumi and all that it has started. */
  kill(): void;
  ended: Promise<Run>;
}

export function startUp(project: Project): Running {
  const child = spawn("pulumi", ["up", "--yes", "--skip-preview", "--non-interactive"], {
    cwd: project.directory,
    env: { ...process.env, ...project.env },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  const pid = child.pid!;
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()));
  const ended = new Promise<Run>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ code: code ?? -1, output }));
  });
  return {
    interrupt: () => process.kill(-pid, "SIGINT"),
    kill: () => {
      for (const victim of [pid, ...descendants(pid)]) {
        try {
          process.kill(victim, "SIGKILL");
        } catch {
          // It has ended with its parent.
        }
      }
    },
    ended,
  };
}

function descendants(pid: number): number[] {
  const table = execFileSync("ps", ["-A", "-o", "pid=,ppid="], { encoding: "utf8" })
    .trim()
    .split("\n")
    .map((line) => line.trim().split(/\s+/).map(Number));
  const of = (parent: number): number[] =>
    table.filter(([, above]) => above === parent).flatMap(([child]) => [child!, ...of(child!)]);
  return of(pid);
}
