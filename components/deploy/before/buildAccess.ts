// The logins of the build and of the registry client. Most of them are known late.

import * as pulumi from "@pulumi/pulumi";
import { secretValues, sshId, type Pins } from "../../dockerfile";
import type { BuildRequest } from "../../engines";
import {
  isDeferred,
  lateLoginProblem,
  lateSecrets,
  withoutLineEnd,
  type BuildSpec,
  type ImageSpec,
} from "../../inputs";
import type { RegistryAccess } from "../../registry";
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

/** The login, checked once it is known: where both come late and have no value, there is none. */
export function registryLogin(
  { type, name }: Pick<Situation, "type" | "name">,
  { registry: { login } }: Pick<ImageSpec, "registry">,
): BuildRequest["login"] {
  if (login === undefined) return undefined;
  // Whether there is one is no secret.
  const isThere = (value: LoginInput) =>
    pulumi.unsecret(pulumi.output(value).apply((text) => text !== undefined));
  const checked = (input: "username" | "password", value: LoginInput, other: LoginInput) =>
    pulumi.all([value, isDeferred(value) ? isThere(other) : true]).apply(([text, hasOther]) => {
      const problem = lateLoginProblem(input, text, hasOther);
      if (problem !== undefined) throw invalidInputs(type, name, [problem]);
      return text === undefined ? undefined : withoutLineEnd(text);
    });
  const { username, password } = login;
  return {
    username: checked("username", username, password),
    password: pulumi.secret(checked("password", password, username)),
    mayBeMissing: isDeferred(username) && isDeferred(password),
  };
}

type LoginInput = pulumi.Input<string | undefined>;

/** How our own client reaches the registry. */
export function registryAccess(
  login: BuildRequest["login"],
  insecure: boolean,
): pulumi.Output<RegistryAccess> {
  return pulumi
    .all([login?.username, login?.password])
    .apply(([username, password]) =>
      username === undefined || password === undefined ? { insecure } : { username, password, insecure },
    );
}
