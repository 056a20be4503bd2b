/** The timed comparisons: all sides in turn, again and again, each checked for having done what it was timed for. */
import { rmSync } from "node:fs";
import { performance } from "node:perf_hooks";
import { say } from "../tools/setup/ui";
import type { Engine } from "./daemons";
import type { Lab } from "./lab";
import type { Comparison, Deployment, Peer, Recorder, Service, Site, Workload } from "./model";
import { contains, fetchManifest, largestFile, servedDigest, transferSize } from "./registry";
import { missing, newSite, type SiteOptions } from "./site";
import { editLine } from "./workloads";

/** Something that happens to a deployed service. */
export interface Measure {
  readonly name: string;
  /** Makes the change; gets the number of the round, and returns a text that the new binary must hold. */
  change?(site: Site, round: number): Promise<string | void> | string | void;
  readonly action?: "deploy" | "preview";
  /** Whether every side that pushes must serve another image afterwards. */
  readonly expect: "new" | "any";
}

const nowSeconds = (): number => performance.now() / 1000;

const enginesOf = (peers: readonly Peer[]): Engine[] =>
  (["buildkit", "docker"] as const).filter((engine) => peers.some(({ needs }) => needs.includes(engine)));

/** The sides that can run here; says which cannot, and why. */
export async function ready(lab: Lab, peers: readonly Peer[]): Promise<Peer[]> {
  const usable = peers.filter((peer) => {
    const reason = missing(lab, peer);
    if (reason !== undefined) say(`   left out: ${peer.name}: ${reason}`);
    return reason === undefined;
  });
  await lab.daemons.start(enginesOf(usable));
  return usable;
}

/** Where it lies when a delaying proxy is in between: the registry itself answers checks. */
const direct = (site: Site, service: Service): string =>
  site.repository(service).replace(/^[^/]+/, site.lab.registry);

const digestsOf = (site: Site): Promise<(string | undefined)[]> =>
  Promise.all(site.services.map((service) => servedDigest(direct(site, service))));

/**
 * Starts with the next side each round and takes them in steps of another length, so that none always comes after the
 * same other one: a builder still writes when a heavy side has ended, and the next one waits for the disk.
 */
export function rotated<T>(items: readonly T[], round: number): T[] {
  const count = items.length;
  const steps = [...items.keys()].filter((step) => divisor(step, count) === 1);
  const step = steps[round % steps.length] ?? 1;
  return items.map((_, index) => items[(round + index * step) % count] as T);
}

const divisor = (a: number, b: number): number => (a === 0 ? b : divisor(b % a, a));

/** Fails unless the registry serves what the measurement was about. */
async function check(
  peer: Peer,
  site: Site,
  measure: Measure,
  before: readonly (string | undefined)[],
  text?: string,
): Promise<string | undefined> {
  if (!peer.pushes || measure.action === "preview") return undefined;
  const after = await digestsOf(site);
  if (after.some((digest) => digest === undefined))
    throw new Error(`${peer.name}: the registry has no image`);
  const changed = after.filter((digest, index) => digest !== before[index]).length;
  if (measure.expect === "new" && changed === 0)
    throw new Error(`${peer.name}: the tag serves the same image as before`);
  if (text !== undefined) {
    const found = await Promise.all(site.services.map((service) => contains(direct(site, service), text)));
    if (!found.includes(true)) throw new Error(`${peer.name}: no served image has the edit in it`);
  }
  if (changed === 0) return "digest unchanged";
  return site.services.length === 1 ? "new digest" : `${changed} of ${after.length} digests new`;
}

/** One timed run of one side. */
async function once(peer: Peer, site: Site, deployment: Deployment, measure: Measure, round: number) {
  const before = await digestsOf(site);
  const text = await measure.change?.(site, round);
  const action = measure.action === "preview" ? deployment.preview : deployment.deploy;
  const start = nowSeconds();
  await action?.();
  const seconds = nowSeconds() - start;
  return { seconds, remark: await check(peer, site, measure, before, text ?? undefined) };
}

async function recordSizes(peer: Peer, site: Site, name: string, record: Recorder): Promise<void> {
  const [service] = site.services;
  if (!service || !peer.pushes) return;
  const repository = direct(site, service);
  record(
    { case: `${name}: image`, side: peer.name, unit: "B" },
    transferSize(await fetchManifest(repository)),
  );
  record({ case: `${name}: binary`, side: peer.name, unit: "B" }, await largestFile(repository));
}

interface Warm {
  readonly name: string;
  readonly about: string;
  readonly workloads: readonly Workload[];
  readonly peers: readonly Peer[];
  readonly measures: readonly Measure[];
  /** Also records sizes of image and binary. */
  readonly sizes?: boolean;
  readonly site?: (lab: Lab, peer: Peer) => Promise<SiteOptions> | SiteOptions;
}

/** Sides that have deployed the workload before. */
export function warm({ name, about, workloads, peers, measures, sizes, site: options }: Warm): Comparison {
  return {
    name,
    about,
    async run(lab, record) {
      const usable = await ready(lab, peers);
      for (const workload of workloads) {
        const sides: { peer: Peer; site: Site; deployment: Deployment }[] = [];
        for (const peer of usable) {
          const site = await newSite(lab, workload, await options?.(lab, peer));
          const deployment = await peer.open(site);
          const start = nowSeconds();
          await deployment.deploy();
          say(`   ${workload.name}, ${peer.name}: deployed in ${(nowSeconds() - start).toFixed(1)} s`);
          sides.push({ peer, site, deployment });
        }
        for (const measure of measures) {
          const label = workloads.length > 1 ? `${workload.name}: ${measure.name}` : measure.name;
          const able = sides.filter(({ deployment }) => measure.action !== "preview" || deployment.preview);
          // Round 0 is the warm-up.
          for (let round = 0; round <= lab.repetitions.warm; round++) {
            const measured = new Map<string, { seconds: number; remark: string | undefined }>();
            for (const { peer, site, deployment } of rotated(able, round)) {
              const found = await once(peer, site, deployment, measure, round);
              measured.set(peer.name, found);
              const remarks = [found.remark, round === 0 ? "warm-up" : undefined].filter(Boolean);
              say(`   ${[`${label}, ${peer.name}: ${found.seconds.toFixed(2)} s`, ...remarks].join(", ")}`);
            }
            // In the order of the sides, whichever began: tables compare with the first.
            for (const { peer } of able) {
              const found = measured.get(peer.name);
              if (round > 0 && found)
                record({ case: label, side: peer.name, unit: "s" }, found.seconds, found.remark);
            }
          }
        }
        if (sizes) for (const { peer, site } of sides) await recordSizes(peer, site, workload.name, record);
        for (const { site } of sides) rmSync(site.directory, { recursive: true, force: true });
      }
    },
  };
}

interface Cold {
  readonly name: string;
  readonly about: string;
  readonly workloads: readonly Workload[];
  readonly peers: readonly Peer[];
}

interface ColdRun {
  readonly workload: Workload;
  readonly peer: Peer;
  readonly round: number;
  readonly site?: SiteOptions;
  /** Makes a change to the new source. */
  readonly change?: ((site: Site) => Promise<void>) | undefined;
}

/** One timed run on builders without images and caches, with a project, repository and source never seen before. */
export async function coldRun(lab: Lab, { workload, peer, round, site: options, change }: ColdRun) {
  const site = await newSite(lab, workload, options);
  await change?.(site);
  const text = lab.nonce();
  for (const service of site.services) editLine(site, service, text);
  const proof = await lab.daemons.empty();
  const deployment = await peer.open(site);
  const measure: Measure = { name: "cold", expect: "new", change: () => text };
  const { seconds } = await once(peer, site, deployment, measure, round);
  rmSync(site.directory, { recursive: true, force: true });
  return { seconds, proof };
}

/** Each side in turn on builders without images and caches, with projects, repositories and sources never seen before. */
export function cold({ name, about, workloads, peers }: Cold): Comparison {
  return {
    name,
    about,
    async run(lab, record) {
      if (lab.repetitions.cold === 0) return say("   left out: cold runs are off");
      const usable = await ready(lab, peers);
      for (const workload of workloads)
        for (let round = 0; round < lab.repetitions.cold; round++)
          for (const peer of rotated(usable, round)) {
            const { seconds, proof } = await coldRun(lab, { workload, peer, round });
            say(`   ${workload.name}, ${peer.name}: ${seconds.toFixed(1)} s; before: ${proof.join("; ")}`);
            record({ case: workload.name, side: peer.name, unit: "s" }, seconds, "started with empty caches");
          }
    },
  };
}
