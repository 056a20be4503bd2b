// Checks of the input cache.

import type { CacheArgs } from "../args";
import { pushTargetProblem } from "../registry/reference";
import { flag, lateText, objectOf } from "./inputValidator";

export const cache = objectOf<CacheArgs>({ repository: lateText(pushTargetProblem), write: flag });
