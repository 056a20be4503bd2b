// The first half of the flow: the inputs, and what the disk has for them. All problems of an image are told together.

import type { GoMultiStageImageArgs } from "./args";
import { checkSdk, claimsOf, type Situation } from "./deploy";
import { agentProblems } from "./engines";
import { specOf, validate, type ImageSpec, type Problem } from "./inputs";
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
  run: Pick<Situation, "mode" | "type" | "name">,
  args: GoMultiStageImageArgs | undefined,
): ResolvedInputs {
  checkSdk();
  const ofInputs = validate(run.type, args);
  const spec = specOf(run.type, args, ofInputs);
  const { problems, claim } = claimsOf(run, spec, ofInputs);
  return { spec, problems: [...ofInputs, ...problems], claim };
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
