// Secrets of a build that come late.

import * as pulumi from "@pulumi/pulumi";
import { isDeferred, lateSecrets, type BuildSpec } from "../inputs";
import { invalidInputs } from "./errors";
import type { Owner } from "./owner";

type SecretInput = keyof typeof lateSecrets;

/** The same, with values that come late checked as soon as they are there: the build waits for them, and does not begin. */
export function withCheckedSecrets({ type, name }: Owner, build: BuildSpec): BuildSpec {
  const checked = (Object.keys(lateSecrets) as SecretInput[])
    .filter((input) => isDeferred(build[input]))
    .map((input) => {
      const given = build[input] as pulumi.Input<string>;
      const value = pulumi.output(given).apply((text) => {
        const reason = lateSecrets[input](text);
        if (reason === undefined) return text;
        throw invalidInputs(type, name, [{ propertyPath: `build.${input}`, reason }]);
      });
      return [input, value] as const;
    });
  return { ...build, ...Object.fromEntries(checked) };
}
