// A Cloud Run service from an image in Artifact Registry. Log in once with `gcloud auth configure-docker europe-west1-docker.pkg.dev`.

import * as gcp from "@pulumi/gcp";
import * as pulumi from "@pulumi/pulumi";
import { GoMultiStageImage } from "goimage";

const location = "europe-west1";
const repository = new gcp.artifactregistry.Repository("services", {
  location,
  repositoryId: "services",
  format: "DOCKER",
});

const image = new GoMultiStageImage("api", {
  source: "../quickstart/service",
  repository: pulumi.interpolate`${location}-docker.pkg.dev/${repository.project}/${repository.repositoryId}/api`,
  runtime: { exposedPorts: ["8080"] },
});

const service = new gcp.cloudrunv2.Service("api", {
  location,
  template: { containers: [{ image: image.ref, ports: { containerPort: 8080 } }] },
});

export const { ref, size } = image;
export const url = service.uri;
