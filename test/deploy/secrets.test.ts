import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import {
  registryAccess,
  registryLogin,
  withCheckedSecrets,
} from "../../components/deploy/before/buildAccess";
import { valueIfKnown } from "../../components/deploy/pulumi/sdk";
import type { BuildSpec } from "../../components/inputs";

const owner = { type: "GoMultiStageImage", name: "api" } as Parameters<typeof withCheckedSecrets>[0];
const checked = (build: object) => withCheckedSecrets(owner, build as BuildSpec);
const certificate = "-----BEGIN CERTIFICATE-----";

describe("a build's secrets that are only known later", () => {
  const wrong: [what: string, build: object, message: RegExp][] = [
    [
      "a netrc with a default entry",
      { netrc: pulumi.secret("machine a login x password y\ndefault login x password hush-hush") },
      /^GoMultiStageImage "api": 1 input is not valid; nothing was built\.\n {2}build\.netrc: has a default entry/,
    ],
    [
      "a netrc that is a path",
      { netrc: Promise.resolve("/root/.netrc") },
      /build\.netrc: is not the text of a netrc/,
    ],
    ["a netrc that is empty", { netrc: pulumi.secret(" ") }, /build\.netrc: is empty/],
    [
      "a netrc that is nothing",
      { netrc: pulumi.output(undefined) },
      /build\.netrc: has no value; leave it out/,
    ],
    [
      "certificates that are none",
      { caCertificates: pulumi.output("hush-hush") },
      /build\.caCertificates: is not PEM/,
    ],
  ];
  for (const [what, build, message] of wrong) {
    it(`are refused once they are known: ${what}`, async () => {
      const [value] = Object.values({ ...checked(build) });
      await assert.rejects(
        async () => await valueIfKnown(value as pulumi.Output<string>),
        (error: Error) => message.test(error.message) && !error.message.includes("hush-hush"),
      );
    });
  }

  it("stay secret, and leave values that are known already as they are", async () => {
    const netrc = pulumi.secret("machine a login x password y");
    const build = checked({ netrc, caCertificates: certificate });
    assert.equal(build.caCertificates, certificate);
    assert.equal(await valueIfKnown(build.netrc as pulumi.Output<string>), "machine a login x password y");
    assert.ok(await pulumi.isSecret(build.netrc as pulumi.Output<string>));
  });
});

describe("a registry login that is only known later", () => {
  const nothing = () => pulumi.output<string | undefined>(undefined);
  const loginOf = (username: pulumi.Input<string | undefined>, password: pulumi.Input<string | undefined>) =>
    registryLogin(owner, { registry: { login: { username, password }, insecure: true } });

  it("is left out when neither the user nor the password has a value", async () => {
    const login = loginOf(nothing(), pulumi.secret(undefined));
    assert.equal(login?.mayBeMissing, true);
    assert.deepEqual(await valueIfKnown(registryAccess(login, true)), { insecure: true });
    assert.deepEqual(await valueIfKnown(registryAccess(undefined, false)), { insecure: false });
  });

  it("is used with its password as a secret and its user name as given", async () => {
    const login = loginOf(Promise.resolve("robot"), pulumi.output("hunter2\n"));
    assert.deepEqual(await valueIfKnown(registryAccess(login, false)), {
      username: "robot",
      password: "hunter2",
      insecure: false,
    });
    const isSecret = (value: pulumi.Output<unknown> | undefined) => value && pulumi.isSecret(value);
    assert.equal(await isSecret(login?.password), true);
    assert.equal(await isSecret(login?.username), false);
    assert.equal(await isSecret(loginOf("robot", pulumi.secret("hunter2"))?.username), false);
    assert.equal(loginOf("robot", pulumi.secret("hunter2"))?.mayBeMissing, false);
  });

  const wrong: [what: string, login: () => ReturnType<typeof loginOf>, message: RegExp][] = [
    [
      "a name alone",
      () => loginOf(pulumi.output("robot"), nothing()),
      /\n {2}registry: has only one of username and/,
    ],
    [
      "a name that is known, alone",
      () => loginOf("robot", nothing()),
      /\n {2}registry: has only one of username and/,
    ],
    [
      "a password alone",
      () => loginOf(nothing(), pulumi.secret("hush-hush")),
      /\n {2}registry: has only one of username/,
    ],
    ["an empty password", () => loginOf("robot", pulumi.secret(" ")), /registry\.password: is empty/],
    [
      "a file of several lines",
      () => loginOf("robot", pulumi.secret("hush-hush\nx")),
      /registry\.password: has several lines/,
    ],
  ];
  for (const [what, login, message] of wrong) {
    it(`is refused once it is known: ${what}`, async () => {
      await assert.rejects(
        async () => await valueIfKnown(registryAccess(login(), false)),
        (error: Error) => message.test(error.message) && !error.message.includes("hush-hush"),
      );
    });
  }
});
