// The image feeds a container by `ref`, which changes only when the image's content does: an edit of a comment in a
// README leaves the container alone, an edit of the code replaces it.

import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { GoMultiStageImage } from "goimage";

const config = new pulumi.Config();

const image = new GoMultiStageImage("api", {
  source: config.get("source") ?? "../quickstart/service",
  repository: config.get("repository") ?? "localhost:5050/compose",
  runtime: { exposedPorts: ["8080"] },
});

const container = new docker.Container("api", {
  image: image.ref,
  ports: [{ internal: 8080, ip: "127.0.0.1" }],
  readOnly: true,
  mustRun: true,
});

// What other stacks may read.
export const { digest, ref, size } = image;
export const url = pulumi.interpolate`http://127.0.0.1:${container.ports.apply((ports) => ports?.[0]?.external)}/`;
