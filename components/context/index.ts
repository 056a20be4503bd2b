// What is sent to the builder: a directory of its own below the program's, and what changed in it since the last deployment.

export { changedDockerfile, changedFiles, recordedFiles } from "./changes";
export { contextDirectory, keptDirectory } from "./directory";
export { markInUse, userOf } from "./lock";
export { isWritten, readContext, writeContext, type Context } from "./stage";
export { WorkDirectory } from "./workDirectory";
