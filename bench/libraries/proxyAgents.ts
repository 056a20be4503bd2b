// Connections through a company's proxy: what the majors of the proxy agents add.
import { spawnSync } from "node:child_process";
import { medianSeconds, type Libraries } from "./libraries";

const majors = ["7.0", "9.1"];

/** How long a new process needs to load both. */
export async function compareProxyAgents(libraries: Libraries): Promise<string[][]> {
  const rows = [["proxy agents", "size, packages", "loading"]];
  for (const major of majors) {
    const specs = ["http-proxy-agent", "https-proxy-agent"].map((name) => `${name}@${major}`);
    const { footprint, directory } = libraries.alone(...specs);
    const load = `Promise.all([import("http-proxy-agent"), import("https-proxy-agent")])`;
    const start = (program: string) =>
      medianSeconds(() => {
        const args = ["--input-type=module", "-e", program];
        const { status } = spawnSync(process.execPath, args, { cwd: directory, stdio: "inherit" });
        if (status !== 0) throw new Error(`${specs.join(", ")} cannot be loaded`);
      });
    const seconds = (await start(`await ${load}`)) - (await start(""));
    rows.push([major, footprint, `${Math.round(seconds * 1000)} ms`]);
  }
  return rows;
}
