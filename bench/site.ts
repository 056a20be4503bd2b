/** Places for the sides: each has its own directory, repositories and copy of the workload. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Lab } from "./lab";
import type { Peer, Service, Site, Workload } from "./model";
import { editLine } from "./workloads";

export interface SiteOptions {
  /** `host:port` to push to, if not the registry itself. */
  readonly registry?: string;
  readonly services?: readonly Service[];
  readonly base?: string;
}

export async function newSite(lab: Lab, workload: Workload, options: SiteOptions = {}): Promise<Site> {
  const id = lab.siteName();
  const directory = lab.directory(id);
  const source = join(directory, "src");
  mkdirSync(source);
  await workload.create(source, lab);
  const registry = options.registry ?? lab.registry;
  const site: Site = {
    id,
    directory,
    source,
    workload,
    services: options.services ?? workload.services,
    base: options.base ?? "alpine:3.20.3",
    repository: (service) => `${registry}/bench/${id}/${service.name}`,
    env: lab.daemons.environment,
    lab,
  };
  // BuildKit takes steps from its cache for the same source, also of another project. The first deployment would then
  // leave this project's Go caches empty, and the first edit would fill them.
  for (const service of site.workload.services) editLine(site, service, lab.nonce());
  return site;
}

/** Why a side cannot run on this machine; undefined when it can. */
export function missing(lab: Lab, peer: Peer): string | undefined {
  for (const need of peer.needs) {
    if ((need === "go" || need === "ko") && !lab.go?.[need]) return `${need} is not available`;
    if ((need === "docker" || need === "buildkit") && !lab.toolchain.engines.includes(need))
      return `the ${need} engine is not available`;
  }
  return undefined;
}
