// Of what kind a value in the state is. It may have been written by another version, edited or imported.

type Fields = Record<string, unknown>;
export type Check = (value: unknown) => boolean;

export const isObject = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);
export const isText = (value: unknown): value is string => typeof value === "string";
export const isFlag = (value: unknown): value is boolean => typeof value === "boolean";
/** A number of bytes, or of things. */
export const isBytes = (value: unknown): value is number =>
  typeof value === "number" && Number.isSafeInteger(value) && value >= 0;

export const isRecord =
  <T>(isValue: (value: unknown) => value is T) =>
  (value: unknown): value is Record<string, T> =>
    isObject(value) && Object.values(value).every(isValue);

export const isList =
  <T>(isValue: (value: unknown) => value is T) =>
  (value: unknown): value is T[] =>
    Array.isArray(value) && value.every(isValue);

export const orMissing =
  (isRight: Check): Check =>
  (value) =>
    value === undefined || isRight(value);
