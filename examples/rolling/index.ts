// A container behind a reverse proxy. After an edit the new container starts beside the old one, which goes once the new one is
// healthy, because `wait` makes Pulumi wait for the health check. The proxy finds both by the network alias, so no request is lost.

import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { GoMultiStageImage } from "goimage";

const config = new pulumi.Config();
const source = config.get("source") ?? "services";
const repository = config.get("repository") ?? "localhost:5050/rolling";

const [api, proxy] = ["api", "proxy"].map(
  (name) =>
    new GoMultiStageImage(name, {
      source,
      mainPackage: `./cmd/${name}`,
      repository: `${repository}/${name}`,
      runtime: { exposedPorts: ["8080"] },
    }),
) as [GoMultiStageImage, GoMultiStageImage];

const network = new docker.Network("rolling");

new docker.Container(
  "api",
  {
    image: api.ref,
    networksAdvanced: [{ name: network.name, aliases: ["api"] }],
    healthcheck: {
      tests: ["CMD", "wget", "-q", "-O", "/dev/null", "http://127.0.0.1:8080/healthz"],
      interval: "1s",
      timeout: "2s",
      startPeriod: "10s",
      retries: 3,
    },
    wait: true,
    waitTimeout: 60,
    // Time to finish requests after SIGTERM, in seconds.
    destroyGraceSeconds: 10,
    readOnly: true,
  },
  // The provider deletes a container before it creates the new one, unless it is told not to.
  { deleteBeforeReplace: false },
);

const front = new docker.Container("proxy", {
  image: proxy.ref,
  envs: ["UPSTREAM=http://api:8080"],
  networksAdvanced: [{ name: network.name }],
  ports: [{ internal: 8080, ip: "127.0.0.1" }],
  readOnly: true,
});

export const ref = api.ref;
export const url = pulumi.interpolate`http://127.0.0.1:${front.ports.apply((ports) => ports?.[0]?.external)}/`;
