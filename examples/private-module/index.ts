// Modules from a private Git server. The credentials are an encrypted setting, and reach only the step that downloads modules:
//
//   pulumi config set --secret netrc "machine git.example.com login robot password $TOKEN"

import * as pulumi from "@pulumi/pulumi";
import { GoMultiStageImage } from "goimage";

const config = new pulumi.Config();

const image = new GoMultiStageImage("api", {
  source: config.get("source") ?? "../quickstart/service",
  repository: config.get("repository") ?? "registry.example.com/team/api",
  // Base images that this machine can read, since they are looked at before they get near the credentials: a company's
  // mirror, where Docker Hub is out of reach.
  runtime: { image: config.get("runtimeImage") },
  build: {
    image: config.get("buildImage"),
    goPrivate: "git.example.com/*",
    netrc: config.requireSecret("netrc"),
    // The certificate authority of a company's own servers, if they have one.
    caCertificates: config.get("caCertificates"),
  },
});

export const { ref, size } = image;
