// The first half of the flow: the inputs, and what the disk has for them. All problems of an image are told together.

import type { GoMultiStageImageArgs } from "./args";
import {
  claimPlaces,
  claimTags,
  knownPlaces,
  knownTarget,
  placeProblems,
  runError,
  sdkProblem,
  tagProblems,
} from "./deploy";
import { agentProblems } from "./engines";
import { specOf, validate, type ComponentType, type ImageSpec, type Problem } from "./inputs";
import { readSource, resolveService, type Source } from "./source";

export interface ResolvedInputs {
  spec: ImageSpec;
  /** What is wrong with the inputs by themselves. */
  problems: readonly Problem[];
  /** Keeps other images of the program from the same tags, and seeds from its repository. */
  claim: () => void;
}

/** The validated inputs. */
export function resolveInputs(
  type: ComponentType,
  name: string,
  args: GoMultiStageImageArgs | undefined,
): ResolvedInputs {
  const unusable = sdkProblem();
  if (unusable !== undefined) throw runError(unusable);
  const problems = validate(type, args);
  const spec = specOf(type, args, problems);
  const target = problems.some(({ propertyPath }) => /^(args|repository|tags)\b/.test(propertyPath))
    ? undefined
    : knownTarget(spec);
  if (target !== undefined) problems.push(...tagProblems(name, target));
  const places = knownPlaces(spec);
  problems.push(...placeProblems(name, places));
  const claim = () => {
    if (target !== undefined) claimTags(name, target);
    claimPlaces(name, places);
  };
  return { spec, problems, claim };
}

export interface ResolvedSource {
  /** Undefined where there are problems. */
  source?: Source;
  problems: Problem[];
}

/** What the disk has, and all that is wrong with it and with the inputs. */
export function resolveSource({ spec, problems: ofInputs }: ResolvedInputs): {
  source?: Source;
  problems: Problem[];
} {
  const { service, problems: ofService } = resolveService(spec, ofInputs);
  const problems = [...ofInputs, ...ofService, ...agentProblems(spec)];
  // With a problem known, do not search the disk for files.
  const found = service && problems.length === 0 ? readSource(spec, service) : undefined;
  problems.push(...(found?.problems ?? []));
  return problems.length === 0 && found?.source !== undefined
    ? { source: found.source, problems }
    : { problems };
}
