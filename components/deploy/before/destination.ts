// Repository and tags, which may be outputs of another resource.

import * as pulumi from "@pulumi/pulumi";
import { quoteValue, validateDestination, type ImageSpec, type Problem } from "../../inputs";
import { parseRepository, pushTargetProblem, type Repository } from "../../name";
import { invalidInputs } from "../pulumi/userErrors";
import type { Situation } from "../pulumi/situation";
import { claimPlaces, placeProblems } from "../seed/seedPlaces";
import { claimTags, knownTarget, tagProblems } from "./tagClaims";

export interface Destination {
  repository: Repository;
  /** At least one; the engine pushes the first. */
  tags: string[];
  /** Where its seeds are. */
  seeds?: Repository;
}

/** The destination, checked again once it is known. */
export function destinationOf(
  run: Pick<Situation, "mode" | "type" | "name">,
  spec: Pick<ImageSpec, "repository" | "tags"> & Partial<Pick<ImageSpec, "cache">>,
): pulumi.Output<Destination> {
  const { type, name } = run;
  // What an image is called is no secret, and a secret among the three would make all of it one.
  const seeds = pulumi.unsecret(pulumi.output(spec.cache?.repository));
  return pulumi.all([spec.repository, spec.tags, seeds]).apply(([repository, givenTags, seeds]) => {
    // An Output may hold nothing.
    const tags = givenTags ?? ["latest"];
    const problems = validateDestination(repository ?? null, tags);
    if (spec.cache !== undefined) problems.push(...seedsProblems(seeds));
    const isLate = knownTarget(spec) === undefined;
    if (problems.length === 0) problems.push(...placeProblems(run, { repository, seeds }));
    if (problems.length === 0 && isLate) problems.push(...tagProblems(run, { repository, tags }));
    if (problems.length > 0) throw invalidInputs(type, name, problems);
    claimPlaces(name, { repository, seeds });
    if (isLate) claimTags(name, { repository, tags });
    const place = { repository: parseRepository(repository), tags };
    return seeds === undefined ? place : { ...place, seeds: parseRepository(seeds) };
  });
}

function seedsProblems(seeds: unknown): Problem[] {
  const add = (reason: string) => [{ propertyPath: "cache.repository", reason }];
  if (typeof seeds !== "string") return add("has no value, or none that is a string");
  const problem = pushTargetProblem(seeds);
  return problem === undefined ? [] : add(`${quoteValue(seeds)} ${problem}`);
}

/** Repository with digest. */
export function refTo({ repository }: Destination, digest: string): string {
  return `${repository.asWritten}@${digest}`;
}

/** Repository with tag. */
export function taggedName({ repository }: Destination, tag: string): string {
  return `${repository.asWritten}:${tag}`;
}
