// The image that a component exports, in each kind of run.

import type { Prepared } from "../before/prepare";
import type { Child } from "../build";
import type { Mode, Situation } from "../pulumi/situation";
import { madeUp } from "./mocked";
import { foresee, readBack, type Served } from "./readBack";

export const served: Record<Mode, (run: Situation, prepared: Prepared, child: Child) => Served> = {
  preview: foresee,
  update: readBack,
  test: madeUp,
};
