/** The registry behind a longer wire. */
import { edit, noOp } from "./measures";
import type { Comparison } from "./model";
import { buildkit, docker, empty, koAlone, tunedBuildkit } from "./peers";
import { type Proxy, startProxy } from "./proxy";
import { warm } from "./timed";
import { quickstart } from "./workloads";

const roundTrips = [50, 200];

export const latency: Comparison = {
  name: "latency",
  about: `A registry behind round trips of ${roundTrips.join(" and ")} ms: one line edited, and nothing changed`,
  async run(lab, record) {
    for (const roundTrip of roundTrips) {
      const proxy: Proxy = await startProxy(lab.registry, roundTrip);
      const comparison = warm({
        name: "latency",
        about: "",
        workloads: [quickstart],
        peers: [empty(), koAlone, docker, buildkit, tunedBuildkit],
        measures: [edit, noOp],
        site: () => ({ registry: proxy.host }),
      });
      try {
        await comparison.run(lab, (result, ...rest) =>
          record({ ...result, case: `${roundTrip} ms: ${result.case}` }, ...rest),
        );
      } finally {
        proxy.close();
      }
    }
  },
};
