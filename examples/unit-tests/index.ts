// A stack to test. The tests beside it need no daemon, registry or plugin, and take milliseconds.

import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { GoMultiStageImage } from "goimage";

export const image = new GoMultiStageImage("api", {
  source: "../quickstart/service",
  repository: "registry.example.com/team/api",
});

const labels = { app: "api" };
export const deployment = new k8s.apps.v1.Deployment("api", {
  spec: {
    selector: { matchLabels: labels },
    template: {
      metadata: { labels },
      spec: { containers: [{ name: "api", image: image.ref }] },
    },
  },
});

export const megabytes = image.size.apply((bytes) => Math.round(bytes / 1e6));
export const isSafe = image.checks.apply((checks) => checks.every(({ passed }) => passed));
export const summary = pulumi.interpolate`${image.ref}: ${image.sizeSummary}`;
