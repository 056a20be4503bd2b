/** What crosses the wire to the registry: bytes pushed and requests made, counted by a proxy in between. */
import { say } from "../tools/setup/ui";
import { edit, noOp } from "./measures";
import type { Comparison, Peer } from "./model";
import { buildkit, docker, koAlone, limit, tunedBuildkit, tunedDocker } from "./peers";
import { startProxy } from "./proxy";
import { fetchManifest } from "./registry";
import { newSite } from "./site";
import { ready } from "./timed";
import { quickstart } from "./workloads";

const sides: readonly Peer[] = [limit, koAlone, docker, buildkit, tunedDocker, tunedBuildkit];

export const traffic: Comparison = {
  name: "traffic",
  about: "Bytes pushed and requests made to the registry, on a one-line edit and on a no-op",
  async run(lab, record) {
    const proxy = await startProxy(lab.registry);
    try {
      for (const peer of await ready(lab, sides)) {
        const site = await newSite(lab, quickstart, { registry: proxy.host });
        const deployment = await peer.open(site);
        await deployment.deploy();
        for (const measure of [edit, noOp]) {
          await measure.change?.(site, 1);
          proxy.take();
          await deployment.deploy();
          const { requests, sent, lines } = proxy.take();
          const count = Object.values(requests).reduce((sum, each) => sum + each, 0);
          const methods = Object.entries(requests).map(([method, each]) => `${each} ${method}`);
          record({ case: measure.name, side: peer.name, unit: "B" }, sent);
          record(
            { case: measure.name, side: peer.name, unit: "requests" },
            count,
            methods.join(", ") || "none",
          );
          say(`   ${measure.name}, ${peer.name}: ${sent} B sent, ${count} requests`);
          for (const line of lines) say(`      ${line.replaceAll(/sha256:(.{8})[0-9a-f]+/g, "$1")}`);
        }
        const [service] = site.services;
        const last = service && (await fetchManifest(site.repository(service))).layers;
        const binary = Math.max(...(last ?? []).slice(1).map(({ size }) => size));
        record({ case: "binary layer", side: peer.name, unit: "B" }, binary);
      }
    } finally {
      proxy.close();
    }
  },
};
