// Names of base images, and of the stages that must not be taken for one.

import { imageReferenceProblem } from "../name";

/** Stages of the Dockerfiles that others are made from: FROM takes such a name for the stage, not for an image. */
export const stageNames = {
  build: "build",
  base: "base",
  packages: "packages",
  prober: "prober",
  smokeTest: "smoketest",
  tested: "tested",
  seed: "seed",
} as const;

const reserved: readonly string[] = Object.values(stageNames);

/** Why FROM would not take the text for an image. */
export function baseImageProblem(text: string): string | undefined {
  return reserved.includes(text)
    ? `is the name of a stage in the Dockerfile; for an image of that name write docker.io/library/${text}`
    : imageReferenceProblem(text);
}

/** Of which base images it is known what they hold: the empty one, and Alpine's own. Others may hold anything. */
export function knownBase(image: string): "scratch" | "alpine" | undefined {
  if (image === "scratch") return "scratch";
  const official = /^((index\.)?docker\.io\/)?(library\/)?alpine(:[\w.-]+)?(@sha256:[a-f0-9]+)?$/;
  return official.test(image) ? "alpine" : undefined;
}
