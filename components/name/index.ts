// Names of images, as Docker reads and writes them. Pure.

export {
  imageReferenceProblem,
  isLoopback,
  parseImageReference,
  parseRepository,
  pushTargetProblem,
  registryHost,
  sameDomain,
  tagProblem,
  type Repository,
} from "./reference";
