// What the go command's texts and variables mean: versions, platforms, quoted words, GOPRIVATE. Pure.

export { privateHosts } from "./goPrivate";
export { compareGoVersions, golangTag, newestGoVersion, parseGoVersion } from "./goVersion";
export { commonTarget, defaultPlatform, goTarget, knownPlatforms } from "./platform";
export { isUnquotable, joinedWords, splitQuoted } from "./quotedWords";
