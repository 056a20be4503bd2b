// What an image's bytes are: read from its registry, compared, and told in several formats. Programs do not load this
// unless a limit is exceeded or two images are compared.

export { compared } from "./compared";
export { changes, contributorLines } from "./contributors";
export { difference } from "./difference";
export { formatHtml } from "./page/html";
export { formatMarkdown } from "./format/markdown";
export { formatSvg } from "./format/svg";
export { comparedFigures } from "./format/tables";
export { formatText, textTable } from "./format/text";
export type { ImageReport, Surface } from "./model";
export { readReport } from "./read";
export { surfaceOf } from "./surface";
