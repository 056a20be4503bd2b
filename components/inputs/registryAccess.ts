// Checks of the input registry, whose login may come late.

import type { RegistryArgs } from "../args";
import { flag, objectOf, secret, secretProblem } from "./inputChecks";
import type { Problem } from "./problem";
import { withoutLineEnd } from "./misplacedSecrets";

const half =
  "has only one of username and password; give both, or neither to use the Docker credential store";

export const registryAccess = objectOf<RegistryArgs>(
  { username: secret(oneLine), password: secret(oneLine), insecure: flag },
  (add, path, { username, password }) => {
    if ((username === undefined) !== (password === undefined)) add(path, half);
  },
);

/** The line end of a file that ends with one is left out. */
function oneLine(text: string): string | undefined {
  return /[\r\n]/.test(withoutLineEnd(text)) ? "has several lines; give the value alone" : undefined;
}

/** What is wrong with a part of a login that came late, as nothing where it has no value. */
export function lateLoginProblem(
  input: "username" | "password",
  value: unknown,
  hasOther: boolean,
): Problem | undefined {
  if (value === undefined) return hasOther ? { propertyPath: "registry", reason: half } : undefined;
  const reason = secretProblem(value, oneLine);
  return reason === undefined ? undefined : { propertyPath: `registry.${input}`, reason };
}
