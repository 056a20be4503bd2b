// One service with both recipes: the plain two-stage Dockerfile, and the one that goimage renders by default.

import * as pulumi from "@pulumi/pulumi";
import { GoMultiStageImage, type Engine } from "goimage";

const config = new pulumi.Config();
const repository = config.get("repository") ?? "localhost:5050/classic-vs-fast";
const common = {
  source: config.get("source") ?? "../quickstart/service",
  engine: config.get<Engine>("engine"),
  builder: config.get("builder"),
};

const classic = new GoMultiStageImage("classic", {
  ...common,
  repository: `${repository}/classic`,
  recipe: "classic",
});
const fast = new GoMultiStageImage("fast", { ...common, repository: `${repository}/fast` });

export const classicSize = classic.size;
export const fastSize = fast.size;
export const saved = pulumi
  .all([classic.size, fast.size])
  .apply(([before, after]) => `${Math.round(100 * (1 - after / before))} %`);
export const classicDockerfile = classic.dockerfile;
export const fastDockerfile = fast.dockerfile;
