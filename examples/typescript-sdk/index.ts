// A Go service as an image, by the SDK that `pulumi package add` generates. Most TypeScript programs import "goimage" instead: then
// nothing is generated, and no plugin starts.

import { GoMultiStageImage } from "@pulumi/goimage";

const api = new GoMultiStageImage("api", {
  source: "../quickstart/service",
  repository: "registry.example.com/team/api",
  build: { ldflags: ["-X main.version=1.0.0"] },
  runtime: { exposedPorts: ["8080"] },
});

export const { digest, ref, size } = api;
