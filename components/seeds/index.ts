// Seeds as a registry has them: their tags, a list of them, and which ones may go.

export { chooseOld, type PruneChoice } from "./prune";
export { eachOf, listSeeds, type Seed } from "./list";
