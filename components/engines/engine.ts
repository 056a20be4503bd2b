// The interface that both engines implement.

import type * as pulumi from "@pulumi/pulumi";

/** Credentials for the registry that the image is pushed to: both, or neither. */
export interface RegistryLogin {
  username: pulumi.Output<string | undefined>;
  password: pulumi.Output<string | undefined>;
  /** False where both are certain to have a value. */
  mayBeMissing: boolean;
}

/** A login as an engine takes it; undefined where there is none. */
export function loginOf<T>(
  login: RegistryLogin | undefined,
  shaped: (username: pulumi.Output<string>, password: pulumi.Output<string>) => T,
): pulumi.Input<T> | undefined {
  if (login === undefined) return undefined;
  const { username, password, mayBeMissing } = login as RegistryLogin & KnownLogin;
  const whole = shaped(username, password);
  if (!mayBeMissing) return whole;
  return username.apply((name?: string) => (name === undefined ? undefined : whole)) as pulumi.Output<T>;
}

interface KnownLogin {
  username: pulumi.Output<string>;
  password: pulumi.Output<string>;
}

/** Ids with their values, in one order. */
export interface BuildSecrets {
  ids: pulumi.Output<string[]>;
  values: readonly pulumi.Input<string>[];
}

/** One image to build and push. Paths are relative to the Pulumi project. */
export interface BuildRequest {
  /** Directory with the build context. */
  context: pulumi.Output<string>;
  /** File with the rendered Dockerfile; it is there once the text is known. */
  dockerfile: pulumi.Output<string>;
  /** The rendered Dockerfile. */
  dockerfileText: pulumi.Output<string>;
  /** Build arguments, beside those that an engine needs itself; undefined where there are none. */
  buildArgs: pulumi.Output<Record<string, string>> | undefined;
  /** Annotations of the manifest, where the engine can set them. */
  annotations: pulumi.Output<Readonly<Record<string, string>>>;
  /** Hash of the context, in hexadecimal. */
  sourceHash: string;
  /** One, or more for an index. */
  platforms: readonly string[];
  /** Repository and tag to push to. */
  image: pulumi.Output<string>;
  /** Host of the registry. */
  registry: pulumi.Output<string>;
  /** Undefined: the provider looks into the Docker credential store. */
  login: RegistryLogin | undefined;
  insecure: boolean;
  compression: { type: string; level: number | undefined } | undefined;
  builder: string | undefined;
  /** BuildKit secrets. */
  secrets: BuildSecrets;
  /** Id of the SSH agent of the machine that runs Pulumi; undefined where no step may use it. */
  ssh: pulumi.Output<string> | undefined;
}

export interface ImageBuild {
  /** The child that was registered. */
  resource: pulumi.CustomResource;
  /** Digest of the pushed manifest. */
  digest: pulumi.Output<string>;
}

/** Registers the child that builds and pushes. */
export type ImageEngine = (
  name: string,
  request: BuildRequest,
  opts: pulumi.CustomResourceOptions,
) => ImageBuild;
