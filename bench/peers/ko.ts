/** ko alone, and ko called from a Pulumi program. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { mustRun } from "../../tools/setup/exec";
import type { Peer, Service, Site } from "../model";
import { goCaches, mainPackage } from "./limits";
import { pulumiPeer } from "./pulumi";

/** The same flags and base image as the others have, and neither SBOM nor index, which they do not make either. */
function koEnvironment(site: Site, service: Service): NodeJS.ProcessEnv {
  const config = "defaultFlags:\n  - -trimpath\n  - -buildvcs=false\ndefaultLdflags:\n  - -s\n  - -w\n";
  writeFileSync(join(site.directory, ".ko.yaml"), config);
  return {
    ...goCaches(site),
    KO_CONFIG_PATH: join(site.directory, ".ko.yaml"),
    KO_DOCKER_REPO: site.repository(service),
    KO_DEFAULTBASEIMAGE: site.base.includes("/") ? site.base : `${site.lab.baseImages}/${site.base}`,
  };
}

const koArgs = ["build", "--bare", "--sbom=none", "--platform=linux/amd64", "--tags=latest"];

export const koAlone: Peer = {
  name: "ko alone",
  needs: ["go", "ko"],
  pushes: true,
  open: (site) => {
    const deploy = async () => {
      for (const service of site.services)
        await mustRun(site.lab.go?.ko ?? "ko", [...koArgs, mainPackage(service)], {
          cwd: site.source,
          env: koEnvironment(site, service),
        });
    };
    return Promise.resolve({ deploy });
  },
};

/**
 * The program runs ko itself, which is as fast as a program can call it. It imports the SDK as the empty program does:
 * the SDK's types are what a TypeScript program waits for most.
 */
export const koFromPulumi: Peer = pulumiPeer({
  name: "ko from a program",
  needs: ["go", "ko"],
  env: (site) => (site.services[0] ? koEnvironment(site, site.services[0]) : {}),
  program: (site) => `import { execFileSync } from "node:child_process";
import * as pulumi from "@pulumi/pulumi";

const args = ${JSON.stringify(koArgs)};
const printed = execFileSync(${JSON.stringify(site.lab.go?.ko)}, [...args, "."], {
  cwd: "src",
  encoding: "utf8",
  stdio: ["ignore", "pipe", "ignore"],
});
export const ref = pulumi.output(printed.trim());
`,
});
