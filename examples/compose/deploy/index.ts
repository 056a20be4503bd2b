// Reads digest and size of an image that another stack has built, and refuses to deploy one above a size.

import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";

export = async () => {
  const config = new pulumi.Config();
  const maxSize = config.getNumber("maxSize") ?? 20_000_000;

  // Such as "organization/compose/dev".
  const built = new pulumi.StackReference(config.require("stack"));
  const [ref, size, digest] = await Promise.all(
    ["ref", "size", "digest"].map(async (output) => (await built.getOutputDetails(output)).value as unknown),
  );
  if (typeof ref !== "string" || typeof size !== "number") {
    throw new pulumi.RunError("The other stack has no ref and size yet; run pulumi up there first");
  }
  // What is thrown here ends the program before anything changes; inside an apply, other resources may be deployed first.
  if (size > maxSize) {
    throw new pulumi.RunError(`${ref} has ${size} bytes, more than the ${maxSize} allowed here`);
  }

  new docker.Container("api", {
    image: ref,
    ports: [{ internal: 8080, ip: "127.0.0.1" }],
    readOnly: true,
    mustRun: true,
  });
  return { deployed: ref, digest };
};
