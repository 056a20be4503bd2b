// What a build and a registry client log in with. Most of it comes late.

import * as pulumi from "@pulumi/pulumi";
import { secretValues, sshId, type Pins } from "../../dockerfile";
import type { BuildRequest } from "../../engines";
import { isDeferred, lateSecrets, withoutLineEnd, type BuildSpec, type ImageSpec } from "../../inputs";
import { invalidInputs } from "../pulumi/userErrors";
import type { Situation } from "../pulumi/situation";

type SecretInput = keyof typeof lateSecrets;

/** The same, with values that come late checked as soon as they are there: the build waits for them, and does not begin. */
export function withCheckedSecrets(
  { type, name }: Pick<Situation, "type" | "name">,
  build: BuildSpec,
): BuildSpec {
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

/** What steps of the build may reach, under ids that depend on the base images. */
export function buildAccess(
  owner: Pick<Situation, "type" | "name">,
  spec: ImageSpec,
  pins: pulumi.Output<Pins>,
): Pick<BuildRequest, "secrets" | "ssh"> {
  const build = withCheckedSecrets(owner, spec.build);
  return {
    secrets: {
      ids: pins.apply(({ idSuffix }) => Object.keys(secretValues(build, idSuffix))),
      values: Object.values(secretValues(build, "")).map((value) => pulumi.secret(value)),
    },
    ssh: build.ssh ? pins.apply(({ idSuffix }) => sshId(idSuffix)) : undefined,
  };
}

export function registryLogin({ registry: { login } }: ImageSpec): BuildRequest["login"] {
  if (login === undefined) return undefined;
  return {
    username: pulumi.output(login.username).apply(withoutLineEnd),
    password: pulumi.secret(login.password).apply(withoutLineEnd),
  };
}
