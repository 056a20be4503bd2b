// Reads digest and size of an image that another stack has built, and refuses to deploy one above a size.

import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";

const config = new pulumi.Config();
const maxSize = config.getNumber("maxSize") ?? 20_000_000;

// Such as "organization/compose/dev".
const built = new pulumi.StackReference(config.require("stack"));

const ref = pulumi.all([built.requireOutput("ref"), built.requireOutput("size")]).apply(([ref, size]) => {
  if (Number(size) > maxSize) {
    throw new pulumi.RunError(
      `${String(ref)} has ${String(size)} bytes, more than the ${maxSize} allowed here`,
    );
  }
  return String(ref);
});

new docker.Container("api", {
  image: ref,
  ports: [{ internal: 8080, ip: "127.0.0.1" }],
  readOnly: true,
  mustRun: true,
});

export const deployed = ref;
export const digest = built.requireOutput("digest");
