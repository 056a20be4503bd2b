// Three services of one repository, each in a module of its own, and a shared module that two of them import. An edit of a service
// builds that service, an edit of the shared module builds the two.

import * as pulumi from "@pulumi/pulumi";
import { GoMultiStageImage, type Engine } from "goimage";

const config = new pulumi.Config();
const source = config.get("source") ?? "services";
const repository = config.get("repository") ?? "registry.example.com/team";

const images = ["orders", "payments", "status"].map(
  (service) =>
    new GoMultiStageImage(service, {
      source: `${source}/${service}`,
      repository: `${repository}/${service}`,
      engine: config.get<Engine>("engine"),
      builder: config.get("builder"),
      runtime: { exposedPorts: ["8080"] },
    }),
);

export const [orders, payments, status] = images.map(({ ref }) => ref);
