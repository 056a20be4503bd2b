import { imageProblems, multiStageProblems } from "../../components/inputs/validate";

export const goodArgs = { source: "api", repository: "registry.example.com:5000/team/api" };

/** Problems of the arguments as "path: reason", of values that types would refuse as well. */
export function problems(change: object): string[] {
  const args = { ...goodArgs, ...change } as never;
  return [...imageProblems(args, ["runtime", "recipe"]), ...multiStageProblems(args)].map(
    ({ propertyPath, reason }) => `${propertyPath}: ${reason}`,
  );
}
