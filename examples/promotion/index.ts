// Dev builds, prod deploys what was tried in dev: the same digest, without a second build. Prod's image is a setting of its stack,
// so a promotion is a commit that can be reviewed and reverted:
//
//   pulumi config set image "$(pulumi stack output ref --stack dev)" --stack prod
//   pulumi up --stack prod

import * as pulumi from "@pulumi/pulumi";
import { GoMultiStageImage, type Engine } from "goimage";

const config = new pulumi.Config();

function build() {
  return new GoMultiStageImage("api", {
    source: config.get("source") ?? "../quickstart/service",
    repository: config.get("repository") ?? "registry.example.com/team/api",
    engine: config.get<Engine>("engine"),
    builder: config.get("builder"),
  }).ref;
}

/** Hand this to the Deployment, as in the example kubernetes. */
export const ref = config.get("image") ?? build();
