/** The most memory that a deployment has at one time, with everything that the builder runs for it. */
import { readdirSync, readFileSync } from "node:fs";
import { say } from "../tools/setup/ui";
import { edit, noOp } from "./measures";
import type { Comparison } from "./model";
import { buildkit, docker, empty, koAlone, tunedBuildkit, tunedDocker } from "./peers";
import { newSite } from "./site";
import { ready } from "./timed";
import { quickstart } from "./workloads";

/** Not timed: looking takes processor time from what it looks at. */
const intervalMs = 100;

const read = (file: string): string => {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return ""; // The process has ended.
  }
};

/** Process ids with all their descendants. */
function withChildren(roots: readonly number[]): number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync("/proc")) {
    const fields = /^\d+$/.test(name)
      ? read(`/proc/${name}/stat`)
          .replace(/^.*\) /s, "")
          .split(" ")
      : [];
    if (fields[1] !== undefined) parents.set(Number(name), Number(fields[1]));
  }
  const belongs = (pid: number): boolean => {
    if (roots.includes(pid)) return true;
    const parent = parents.get(pid);
    return parent !== undefined && parent > 1 && belongs(parent);
  };
  return [...parents.keys()].filter((pid) => pid !== process.pid && belongs(pid));
}

/** Bytes that the processes have for themselves, with their share of what they share. */
function memoryOf(roots: readonly number[]): number {
  const kilobytes = withChildren(roots).map((pid) =>
    Number(/^Pss:\s+(\d+)/m.exec(read(`/proc/${pid}/smaps_rollup`))?.[1] ?? 0),
  );
  return kilobytes.reduce((sum, each) => sum + each, 0) * 1024;
}

async function peakDuring(roots: readonly number[], work: () => Promise<void>): Promise<number> {
  let peak = 0;
  const look = () => (peak = Math.max(peak, memoryOf(roots)));
  const timer = setInterval(look, intervalMs);
  try {
    await work();
  } finally {
    clearInterval(timer);
  }
  return peak;
}

export const memory: Comparison = {
  name: "memory",
  about: "Peak memory of the command and of what the builder runs for it, above what an idle builder has",
  async run(lab, record) {
    for (const peer of await ready(lab, [empty(), koAlone, docker, buildkit, tunedDocker, tunedBuildkit])) {
      const site = await newSite(lab, quickstart);
      const deployment = await peer.open(site);
      await deployment.deploy();
      const daemons = await lab.daemons.pids();
      for (const measure of [edit, noOp]) {
        await measure.change?.(site, 1);
        const idle = memoryOf(daemons);
        const peak = (await peakDuring([process.pid, ...daemons], deployment.deploy)) - idle;
        say(`   ${measure.name}, ${peer.name}: ${(peak / 1e6).toFixed(0)} MB`);
        record({ case: measure.name, side: peer.name, unit: "B" }, peak);
      }
    }
  },
};
