// Whom a decision asks: registries, the builder, the provider's plugin.

import type { BaseDigests } from "../../dockerfile";
import { valueIfKnown } from "../pulumi/sdk";
import type { Situation } from "../pulumi/situation";
import { chooseSeed, type SeedChoice, type Seeds } from "../seed/seedChoice";
import type { WrittenSeed } from "../state/deployed";
import { readingOf } from "./baseImages";
import { chooseDigests, judge, type Chosen, type Judgement } from "./baseReading";
import { builderProblemOf } from "./builderCheck";
import type { Drift } from "./drift";
import { startProvider } from "./earlyStart";
import type { Prepared } from "./prepare";

export interface Ask {
  /** Has the engine start the plugin, and waits for nothing. */
  startPlugin: () => void;
  /** What became of the deployed image; undefined where that is not known. */
  drift: () => Promise<Drift | undefined>;
  /** Digests of the base images; `known` are those of the last deployment, and `pinned` are not asked for. */
  digests: (known: BaseDigests, pinned?: BaseDigests) => Promise<Chosen>;
  /** Whether base images may be built on; `inspected` needs no second look. */
  judge: (chosen: Chosen, inspected: Readonly<Record<string, string>>) => Promise<Judgement>;
  /** Why the builder cannot be used. */
  builderProblem: () => Promise<string | undefined>;
  /** The seed to start from; `written` is what the stack has written. */
  seed: (written: WrittenSeed | undefined) => Promise<SeedChoice>;
}

export function askFor(run: Situation, prepared: Prepared, seeds: Seeds | undefined): Ask {
  const { spec, drift } = prepared;
  let reading: ReturnType<typeof readingOf> | undefined;
  const bases = () => (reading ??= readingOf(run, prepared));
  return {
    startPlugin: () => void startProvider(run.component, spec.engine),
    // Where the destination is not valid, the child's registration says so.
    drift: () => valueIfKnown(drift).catch(() => undefined),
    digests: async (known, pinned = {}) => {
      const all = await bases();
      const asked = all.bases.filter(({ image }) => !Object.hasOwn(pinned, image));
      return chooseDigests({ ...all, bases: asked }, known);
    },
    judge: async (chosen, inspected) => judge(await bases(), chosen, inspected),
    builderProblem: () => builderProblemOf(run.component, spec),
    seed: (written) =>
      seeds === undefined ? Promise.resolve({ args: {} }) : chooseSeed(run.component, seeds, written),
  };
}
