// What users import.
export * from "./args";
export * from "./outputs";
export { GoMultiStageImage } from "./goMultiStageImage";
export { GoSingleStageImage } from "./goSingleStageImage";
export {
  compareImages,
  type ComparableImage,
  type ImageComparison,
  type ImageFigures,
} from "./compareImages";
