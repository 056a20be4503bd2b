// The docker provider's Image: a Docker Engine builds and pushes.

import * as pulumi from "@pulumi/pulumi";
import type { Image } from "@pulumi/docker/image";
import { loginOf, type ImageEngine } from "./engine";

export const dockerEngine: ImageEngine = (name, request, opts) => {
  // Loaded here, so that a program with the other engine does not pay for it.
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const provider = require("@pulumi/docker/image") as { Image: typeof Image };
  const { registry: server } = request;
  const registry = loginOf(request.login, (username, password) => ({ server, username, password }));
  const image = new provider.Image(
    name,
    {
      imageName: request.image,
      build: {
        context: request.context,
        dockerfile: pulumi.all([request.dockerfile, request.dockerfileText]).apply(([file]) => file),
        builderVersion: "BuilderBuildKit",
        // The provider's default is the platform of the machine that happens to run the program.
        platform: request.platforms[0] ?? "",
        ...(request.buildArgs && { args: request.buildArgs }),
      },
      ...(registry && { registry }),
    },
    opts,
  );
  // Mocks may give none.
  const digest = image.repoDigest.apply(
    (repoDigest?: string) => repoDigest?.slice(repoDigest.indexOf("@") + 1) ?? "",
  );
  return { resource: image, digest };
};
