// The Go module on disk: the service, and the files that its build reads. Knows nothing of Pulumi.

export { diskError } from "./diskError";
export { readSource, resolveService, type Source } from "./resolve";
export type { GoService } from "./service";
export type { Tree } from "./tree";
