// Seeds as a registry has them: their tags, a list of them, and which ones may go.

export { chooseOld, type PruneChoice } from "./prune";
export { packLayer, seedConfig, seedProblem, type SeedLayer } from "./image";
export { eachOf, listSeeds, type Seed } from "./list";
export { exactTag, newestTag } from "./tagNames";
