// What users import. The args come first: the schema analyzer loses nested doc comments otherwise.
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
