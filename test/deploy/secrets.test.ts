import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { withCheckedSecrets } from "../../components/deploy/before/buildAccess";
import { valueIfKnown } from "../../components/deploy/pulumi/sdk";
import type { BuildSpec } from "../../components/inputs";

const owner = { type: "GoMultiStageImage", name: "api" } as Parameters<typeof withCheckedSecrets>[0];
const checked = (build: object) => withCheckedSecrets(owner, build as BuildSpec);
const certificate = "-----BEGIN CERTIFICATE-----";

describe("secrets of a build that come late", () => {
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
      /build\.netrc: a undefined is not a string/,
    ],
    [
      "certificates that are none",
      { caCertificates: pulumi.output("hush-hush") },
      /build\.caCertificates: is not PEM/,
    ],
  ];
  for (const [what, build, message] of wrong) {
    it(`are refused when they are there: ${what}`, async () => {
      const [value] = Object.values({ ...checked(build) });
      await assert.rejects(
        async () => await valueIfKnown(value as pulumi.Output<string>),
        (error: Error) => message.test(error.message) && !error.message.includes("hush-hush"),
      );
    });
  }

  it("stay secret, and what is known by now stays as it is", async () => {
    const netrc = pulumi.secret("machine a login x password y");
    const build = checked({ netrc, caCertificates: certificate });
    assert.equal(build.caCertificates, certificate);
    assert.equal(await valueIfKnown(build.netrc as pulumi.Output<string>), "machine a login x password y");
    assert.ok(await pulumi.isSecret(build.netrc as pulumi.Output<string>));
  });
});
