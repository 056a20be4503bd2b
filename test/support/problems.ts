import { validate, type ComponentType } from "../../components/inputs";
import { frozen } from "./frozen";

export const goodArgs = frozen({ source: "api", repository: "registry.example.com:5000/team/api" });

/** Problems of the arguments as "path: reason", of values that types would refuse as well. */
export function problems(change: object, type: ComponentType = "GoMultiStageImage"): string[] {
  const args = { ...goodArgs, ...change } as never;
  return validate(type, args).map(({ propertyPath, reason }) => `${propertyPath}: ${reason}`);
}
