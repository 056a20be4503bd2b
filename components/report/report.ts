// All that other folders use of the report.

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
