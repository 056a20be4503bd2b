// Texts: those that others wrote, sizes for people, patterns.

export { cleanLine, cleanLines, inert, messageLine, printableName } from "./foreignText";
export { Budget, classAt, goPattern, matches, type Token } from "./glob";
export { bytesByOrigin, humanSize, signedSize, sizeSummary } from "./humanSize";
export { shebang, shebangLength, type Shebang } from "./shebang";
