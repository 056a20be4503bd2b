// From a rendered Dockerfile to outputs: stage the context, let an engine build and push, read the registry.

import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import type { GoImageArgs, ImageLayer } from "./args";
import type { Dockerfile } from "./dockerfile/recipes";
import { chosenEngine, engineNamed, type BuildRequest } from "./engines";
import { showBuildLog } from "./engines/buildLog";
import { caSecret } from "./dockerfile/goBuild";
import { defaultPlatform } from "./platform";
import { invalidInputs } from "./problems";
import { deployedImage, readBack, type Destination } from "./readBack";
import { parseRepository } from "./registry/reference";
import { stageContext, writeAtomically } from "./source/stage";
import { workDirectory } from "./source/workDirectory";
import { destinationProblems } from "./validate";

/** The outputs of both components. */
export interface ImageOutputs {
  digest: pulumi.Output<string>;
  ref: pulumi.Output<string>;
  size: pulumi.Output<number>;
  unpackedSize: pulumi.Output<number | undefined>;
  layers: pulumi.Output<ImageLayer[]>;
  dockerfile: pulumi.Output<string>;
  tags: pulumi.Output<string[]>;
}

/** The component that an image is built for. */
export interface Owner {
  component: pulumi.ComponentResource;
  type: string;
  name: string;
}

/** Registers the child that builds, and gives the component's outputs. */
export function buildImage(
  owner: Owner,
  args: GoImageArgs,
  source: { root: string; files: readonly string[] },
  dockerfile: Dockerfile,
): ImageOutputs {
  const { component, name, type } = owner;
  const directory = workDirectory(pulumi.getStack(), type.replace(/^Go|Image$/g, ""), name);
  const context = path.posix.join(directory, "src");
  const dockerfilePath = path.posix.join(directory, "Dockerfile");
  const staged = stageContext(source.root, source.files, context);
  writeAtomically(dockerfilePath, dockerfile.text);

  const destination = destinationOf(owner, args);
  const request: BuildRequest = {
    context,
    dockerfile: dockerfilePath,
    dockerfileText: dockerfile.text,
    sourceHash: staged.hash,
    platform: args.platforms?.[0] ?? defaultPlatform,
    image: destination.apply(({ repository, tags }) => `${repository.familiar}:${tags[0] ?? ""}`),
    registry: destination.apply(({ repository }) => repository.domain),
    login: registryLogin(args),
    insecure: args.registry?.insecure === true,
    builder: args.builder,
    secrets:
      args.build?.caCertificates === undefined
        ? {}
        : { [caSecret]: pulumi.secret(args.build.caCertificates) },
  };
  const deployed = deployedImage(component);
  const build = engineNamed(chosenEngine(args))(name, request, {
    parent: component,
    // Deleting the resource must not delete an image that something may still run.
    retainOnDelete: true,
    ...showBuildLog(component, request),
  });
  const image = readBack({
    component,
    build,
    destination,
    deployed,
    login: request.login,
    args,
    dockerfile,
  });
  return {
    digest: image.apply((pushed) => pushed.digest),
    ref: image.apply((pushed) => pushed.ref),
    size: image.apply((pushed) => pushed.size),
    unpackedSize: image.apply((pushed) => pushed.unpackedSize),
    layers: image.apply((pushed) => pushed.layers),
    dockerfile: pulumi.output(dockerfile.text),
    tags: destination.apply(({ repository, tags }) => tags.map((tag) => `${repository.familiar}:${tag}`)),
  };
}

/** Repository and tags, checked again once they are known: they may come from another resource. */
function destinationOf(owner: Owner, args: GoImageArgs): pulumi.Output<Destination> {
  return pulumi.all([args.repository, args.tags ?? ["latest"]]).apply(([repository, tags]) => {
    const problems = destinationProblems(repository, tags);
    if (problems.length > 0) throw invalidInputs(owner.type, owner.name, problems);
    return { repository: parseRepository(repository), tags };
  });
}

function registryLogin({ registry }: GoImageArgs): BuildRequest["login"] {
  if (registry?.username === undefined || registry.password === undefined) return undefined;
  return { username: pulumi.output(registry.username), password: pulumi.secret(registry.password) };
}
