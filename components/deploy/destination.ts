// Repository and tags, which may be outputs of another resource.

import * as pulumi from "@pulumi/pulumi";
import { validateDestination, type ImageSpec } from "../inputs";
import { parseRepository, type Repository } from "../registry/reference";
import { invalidInputs } from "./errors";
import type { Owner } from "./owner";
import { claimTags, knownTarget, tagProblems } from "./tagClaims";

export interface Destination {
  repository: Repository;
  /** At least one; the engine pushes the first. */
  tags: string[];
}

/** The destination, checked again once it is known. */
export function destinationOf(
  { type, name }: Owner,
  spec: Pick<ImageSpec, "repository" | "tags">,
): pulumi.Output<Destination> {
  return pulumi.all([spec.repository, spec.tags]).apply(([repository, givenTags]) => {
    // An Output may hold nothing.
    const tags = givenTags ?? ["latest"];
    const problems = validateDestination(repository ?? null, tags);
    const isLate = knownTarget(spec) === undefined;
    if (problems.length === 0 && isLate) problems.push(...tagProblems(name, { repository, tags }));
    if (problems.length > 0) throw invalidInputs(type, name, problems);
    if (isLate) claimTags(name, { repository, tags });
    return { repository: parseRepository(repository), tags };
  });
}

/** Repository with digest. */
export function refTo({ repository }: Destination, digest: string): string {
  return `${repository.asWritten}@${digest}`;
}

/** Repository with tag. */
export function taggedName({ repository }: Destination, tag: string): string {
  return `${repository.asWritten}:${tag}`;
}
