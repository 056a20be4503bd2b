// The docker-build provider's Image: a BuildKit builder builds and pushes.

import * as pulumi from "@pulumi/pulumi";
import type { Image, ImageArgs } from "@pulumi/docker-build/image";
import { loginOf, type BuildRequest, type BuildSecrets, type ImageEngine } from "./engine";

export const buildkitEngine: ImageEngine = (name, request, opts) => {
  // Loaded here, so that a program with the other engine does not pay for it.
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const provider = require("@pulumi/docker-build/image") as { Image: typeof Image };
  const { registry: address } = request;
  const registries = loginOf(request.login, (username, password) => [{ address, username, password }]);
  const image = new provider.Image(
    name,
    {
      context: { location: request.context },
      // The comment makes an input change with the source. Without it the provider shows an empty digest, as a known
      // value, in the preview of an edit. A comment changes neither the image nor its cache.
      dockerfile: {
        inline: pulumi.interpolate`${request.dockerfileText}# source-hash: ${request.sourceHash}\n`,
      },
      platforms: request.platforms as never[],
      tags: [request.image],
      // `push` adds an export of its own, which would be the second; the raw export pushes.
      push: false,
      exports: exported(request),
      buildArgs: pulumi
        .output(request.buildArgs ?? {})
        .apply((args) => ({ SOURCE_DATE_EPOCH: "0", ...args })),
      buildOnPreview: false,
      ...(registries && { registries }),
      builder: request.builder === undefined ? undefined : { name: request.builder },
      ...secretsOf(request.secrets),
      // No path: the provider asks the agent that SSH_AUTH_SOCK names, and the state is the same everywhere.
      ...(request.ssh === undefined ? {} : { ssh: [{ id: request.ssh }] }),
    },
    opts,
  );
  return { resource: image, digest: image.digest };
};

/** A new token, or another machine's certificates, give the same image: they are no difference. */
function secretsOf({ ids, values }: BuildSecrets): Partial<ImageArgs> {
  if (values.length === 0) return {};
  const secrets = pulumi
    .all([ids, pulumi.all([...values])])
    .apply(([names, texts]) => Object.fromEntries(names.map((id, n) => [id, texts[n] ?? ""])));
  return { secrets, ignoreSecretsInDiffCalculation: ids };
}

type Exports = pulumi.Input<pulumi.Input<{ raw: pulumi.Input<string> }>[]>;

/**
 * One raw export that pushes. Its values have no commas and no quotes: they are references, digests and fixed names.
 *
 * In an update that goes on after a failure its text may stay unknown, and the provider takes an export without a text for a
 * mistake, before the engine passes the image over; so all exports are unknown then. In a preview it warns of missing ones.
 */
function exported({ image, annotations, insecure, compression }: BuildRequest): Exports {
  const raw = pulumi.all([image, annotations]).apply(([name, pairs]) => {
    const attributes = ["type=image", `name=${name}`, "push=true", "oci-mediatypes=true"];
    if (insecure) attributes.push("registry.insecure=true");
    if (compression !== undefined) attributes.push(...compressed(compression));
    for (const [key, value] of Object.entries(pairs)) attributes.push(`annotation.${key}=${value}`);
    return attributes.join(",");
  });
  return pulumi.runtime.isDryRun() ? [{ raw }] : raw.apply((text) => [{ raw: text }]);
}

/**
 * zstd is forced: a layer that the builder has as gzip, such as the base's, would stay as it is, so that the digest would
 * depend on what the builder did before. gzip is not, so that the base layer stays the one that other images share.
 */
function compressed({ type, level }: NonNullable<BuildRequest["compression"]>): string[] {
  return [
    `compression=${type}`,
    ...(level === undefined ? [] : [`compression-level=${level}`]),
    ...(type === "zstd" ? ["force-compression=true"] : []),
  ];
}
