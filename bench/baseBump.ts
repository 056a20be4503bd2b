/** A new image under the base's tag: the next deployment builds on it. */
import type { Measure } from "./timed";
import type { Comparison, Peer, Site } from "./model";
import type { Lab } from "./lab";
import { goimage, koAlone } from "./peers";
import { viaDockerfile } from "./peers/images";
import { fetchBlob, fetchManifest, pushBlob, pushManifest } from "./registry";
import { warm } from "./timed";
import { quickstart } from "./workloads";

/** With the golang image by the name under which the component can ask for its digest too. */
const fields = (base: string) => (site: Site) =>
  `runtime: { image: "${base}" }, build: { image: "${site.lab.baseImages}/golang:1.23" }, baseImages: "follow",`;

/** Publishes the base with another label: its digest is new, its layers are not. */
async function publish(lab: Lab, repository: string): Promise<void> {
  const from = `${lab.registry}/library/alpine`;
  const { layers, config } = await fetchManifest(from, "3.20.3");
  const json = JSON.parse((await fetchBlob(from, config.digest)).toString()) as {
    config?: { Labels?: object };
  };
  json.config = { ...json.config, Labels: { ...json.config?.Labels, bump: lab.nonce() } };
  for (const { digest } of layers) await pushBlob(repository, await fetchBlob(from, digest));
  const data = Buffer.from(JSON.stringify(json));
  const descriptor = {
    mediaType: "application/vnd.oci.image.config.v1+json",
    digest: await pushBlob(repository, data),
    size: data.length,
  };
  await pushManifest(repository, { config: descriptor, layers });
}

export const baseBump: Comparison = {
  name: "base",
  about: "The base image's tag moves to a new digest: up follows it (docker.Image has no way to)",
  run(lab, record) {
    const repository = `${lab.registry}/bench/base-${lab.nonce()}`;
    const base = `${repository}:latest`;
    const bump: Measure = { name: "base moved", expect: "new", change: () => publish(lab, repository) };
    const peers: Peer[] = [
      goimage("docker", { inputs: fields(base) }),
      goimage("buildkit", { inputs: fields(base) }),
      viaDockerfile("tuned", "buildkit", { pull: true }),
      koAlone,
    ];
    const comparison = warm({
      name: "base",
      about: "",
      workloads: [quickstart],
      peers,
      measures: [bump],
      site: async () => {
        await publish(lab, repository);
        return { base };
      },
    });
    return comparison.run(lab, record);
  },
};
