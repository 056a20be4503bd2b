// What users import.
export * from "./args";
export * from "./outputs";
export { GoMultiStageImage } from "./goMultiStageImage";
export { GoSingleStageImage } from "./goSingleStageImage";
// No "type" among the names, which TypeScript has since 4.5: older compilers read the declarations too.
export { compareImages } from "./compareImages";
export type { ComparableImage, ImageComparison, ImageFigures } from "./compareImages";
