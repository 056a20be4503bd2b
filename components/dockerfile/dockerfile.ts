// What every recipe is rendered from, and what it gives.

import type { ImageSpec } from "../inputs";
import type { GoService } from "../source";

/** What a Dockerfile is rendered from. Everything in it is plain and validated. */
export interface Plan {
  spec: ImageSpec;
  service: GoService;
  /** The image that compiles. */
  golangImage: string;
  /** Namespace of the cache mounts, so that projects on one builder do not share compiled code. */
  cacheNamespace: string;
  /** End of the ids of secrets. */
  idSuffix?: string;
}

/** A rendered Dockerfile. */
export interface Dockerfile {
  text: string;
  /** How the layers of the last stage show in the image's history, with what they hold. Others are the base's. */
  layers: readonly LayerOrigin[];
  /** True when the image is meant to pass its checks, so that one which fails is news. */
  isHardened: boolean;
}

export interface LayerOrigin {
  /** How the instruction begins in the image's history. */
  createdBy: string;
  origin: "packages" | "files" | "binary";
}
