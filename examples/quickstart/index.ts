// One Go service as an image, in both ways: multi-stage, which is what to deploy, and the simple way to compare with.

import * as pulumi from "@pulumi/pulumi";
import { compareImages, GoMultiStageImage, GoSingleStageImage, type Engine } from "goimage";

const config = new pulumi.Config();
const source = config.get("source") ?? "service";
const repository = config.get("repository") ?? "localhost:5050/quickstart";
const tags = config.getObject<string[]>("tags") ?? ["latest"];
const engine = config.get<Engine>("engine");
const builder = config.get("builder");
const caCertificates = config.get("caCertificates");

const common = { source, tags, engine, builder };
const build = { caCertificates };

const image = new GoMultiStageImage("quickstart", {
  ...common,
  repository,
  build: { ...build, ldflags: ["-X main.version=1.0.0"] },
  runtime: { exposedPorts: ["8080"] },
});
const simpleImage = new GoSingleStageImage("quickstart", {
  ...common,
  repository: `${repository}-simple`,
  build,
});

export const { digest, ref, size, unpackedSize } = image;
export const simple = {
  digest: simpleImage.digest,
  ref: simpleImage.ref,
  size: simpleImage.size,
  unpackedSize: simpleImage.unpackedSize,
};
// Lighter, isolated, a smaller attack surface: in numbers.
export const comparison = compareImages(simpleImage, image).table;
