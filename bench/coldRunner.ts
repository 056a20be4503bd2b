/** A runner that has nothing, and a registry that another run has filled: seeds beside exported caches and ko. */
import { rmSync } from "node:fs";
import { say } from "../tools/setup/ui";
import type { Lab } from "./lab";
import type { Comparison, Peer, Site, Workload } from "./model";
import { buildkit, goimage, koAlone, viaDockerfile } from "./peers";
import { startProxy } from "./proxy";
import { newSite } from "./site";
import { coldRun, ready, rotated } from "./timed";
import { quickstart, telemetry, useDependency, workspace } from "./workloads";

const roundTrip = 20;
const wires = [100, 20];

/** A repository that the sides of one workload share, at the address that a site pushes to. */
const shared = (site: Site, id: string, name: string) => {
  const [service] = site.services;
  const host = service && site.repository(service).split("/")[0];
  return `${host}/bench/${id}/${name}`;
};

const seeded = (id: string, name: string, { write = false, newest = false, more = "" } = {}): Peer =>
  goimage("buildkit", {
    name: `${buildkit.name}, ${name}`,
    inputs: (site) =>
      `cache: { repository: ${JSON.stringify(shared(site, id, "seeds"))}, write: ${write}, newest: ${newest} }, ${more}`,
  });

/** What a build without the input cache has. */
const onDebian = 'build: { image: "golang:1.23" },';

const exporting = (id: string): Peer =>
  viaDockerfile("tuned", "buildkit", { cache: (site) => shared(site, id, "cache") });

/** Fills the registry: what a pipeline on the main branch has left there. */
async function prepare(lab: Lab, workload: Workload, peer: Peer): Promise<void> {
  const site = await newSite(lab, workload);
  await lab.daemons.empty();
  const deployment = await peer.open(site);
  await deployment.deploy();
  rmSync(site.directory, { recursive: true, force: true });
}

async function compare(
  lab: Lab,
  workload: Workload,
  record: Parameters<Comparison["run"]>[1],
): Promise<void> {
  if (lab.repetitions.cold === 0) return say("   left out: cold runs are off");
  const id = lab.siteName();
  const nearest = seeded(id, "seed of other versions", { newest: true });
  const cache = exporting(id);
  const debian = seeded(id, "seed, golang on Debian", { more: onDebian });
  const all = await ready(lab, [buildkit, seeded(id, "seed"), nearest, debian, cache, koAlone]);
  // A workspace's go.mod files have no version of their own to change here.
  const peers = all.filter((peer) => peer !== nearest || workload.services.length === 1);
  await prepare(lab, workload, seeded(id, "seed", { write: true }));
  await prepare(lab, workload, seeded(id, "seed of Debian", { write: true, more: onDebian }));
  await prepare(lab, workload, cache);
  for (const megabytes of wires) {
    const label = `${workload.name}, ${megabytes} MB/s`;
    const wire = await startProxy(lab.registry, roundTrip, megabytes * 1e6);
    const site = { registry: wire.host };
    try {
      await lab.daemons.moveTo(wire.host);
      for (let round = 0; round < lab.repetitions.cold; round++)
        for (const peer of rotated(peers, round)) {
          wire.take();
          const { seconds } = await coldRun(lab, {
            workload,
            peer,
            round,
            // ko asks the registry itself for the base image.
            site: peer === koAlone ? { ...site, base: `${wire.host}/library/alpine:3.20.3` } : site,
            change: peer === nearest ? (changed) => useDependency(changed, "v5.2.2") : undefined,
          });
          const { received } = wire.take();
          say(`   ${label}, ${peer.name}: ${seconds.toFixed(1)} s, ${(received / 1e6).toFixed(0)} MB read`);
          record({ case: label, side: peer.name, unit: "s" }, seconds, "empty builder");
        }
    } finally {
      wire.close();
      await lab.daemons.moveTo(lab.registry);
    }
  }
}

export const coldRunners: readonly Comparison[] = [
  { name: "runner", workload: quickstart },
  { name: "runner-telemetry", workload: telemetry },
  { name: "runner-workspace", workload: workspace(12) },
].map(({ name, workload }) => ({
  name,
  about: `${workload.name} on an empty builder, ${wires.join(" and ")} MB/s and ${roundTrip} ms from the registry: seeds, exported caches, ko`,
  run: (lab, record) => compare(lab, workload, record),
}));
