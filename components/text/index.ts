// Texts: those that others wrote, sizes for people, patterns, known hosts.

export { firstFew, firstFewOf } from "./firstFew";
export { cleanLine, cleanLines, inert, messageLine } from "./foreignText";
export { Budget, classAt, goPattern, matches, type Token } from "./glob";
export { humanSize, signedSize } from "./humanSize";
export { portOf } from "./knownHosts";
export { shebang, shebangLength, type Shebang } from "./shebang";
