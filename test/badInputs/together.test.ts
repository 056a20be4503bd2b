// Rows of test/badInputs.md about inputs that are right alone: two that do not go together, or that tell too much.

import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { GoMultiStageImage, type GoMultiStageImageArgs } from "../../components";
import { validateDestination } from "../../components/inputs/validate";
import { accepted, hello, outcome, refused, repository } from "../support/outcome";

describe("inputs that belong together", () => {
  it("bad input 17: two images with one tag in a program are refused", async () => {
    const second = (args: Partial<GoMultiStageImageArgs>) => () => {
      new GoMultiStageImage("first", { source: "hello", repository, tags: ["v1", "latest"] });
      Object.assign(args, { repository });
    };
    const taken =
      /\n {2}tags\[1\]: "first" in this program already pushes to registry\.example\.com\/team\/hello:latest;/;
    const args: Partial<GoMultiStageImageArgs> = { tags: ["v2", "latest"] };
    const { error } = await outcome(hello(), args, second(args));
    assert.match(error, taken);
    assert.equal(
      (await outcome(hello(), {}, second({}))).error.match(/"first" in this program already pushes/)?.length,
      1,
    );
    assert.equal((await outcome(hello(), { tags: ["v2"] }, second({}))).error, "");
    // The next run of a program begins anew.
    assert.equal((await outcome(hello(), { tags: ["latest"] })).error, "");
  });

  it("bad input 54: settings that look like secrets cause a warning, and known formats are refused", async () => {
    const { warnings } = await accepted(hello(), {
      build: { env: { NPM_TOKEN: "x" } },
      runtime: {
        env: {
          DB_PASSWORD: "x",
          PASSWORD_FILE: "/run/p",
          TOKEN_URL: "x",
          MONKEY: "x",
          URL: "postgres://u:p@db/x",
        },
        labels: { "com.example.api-key": "x", "org.opencontainers.image.title": "x", "public.key": "x" },
      },
    });
    assert.deepEqual(
      warnings.map((text) => text.slice(0, text.indexOf(":"))),
      [
        "build.env.NPM_TOKEN",
        "runtime.env.DB_PASSWORD",
        "runtime.env.URL",
        "runtime.labels.com.example.api-key",
      ].map((name) => `${name} looks like a secret`),
    );
    const tokens = {
      PEM: "-----BEGIN RSA PRIVATE KEY-----",
      AWS: `AKIA${"A".repeat(16)}`,
      GH: `ghp_${"a".repeat(36)}`,
    };
    for (const [name, value] of Object.entries(tokens)) {
      await refused(
        new RegExp(`runtime\\.env\\.${name}: looks like an? .*; a secret would be readable`),
        hello(),
        {
          runtime: { env: { [name]: value } },
        },
      );
      await refused(/runtime\.command\[0\]: looks like an? /, hello(), { runtime: { command: [value] } });
    }
  });

  it("bad input 55: a secret Output in the image's name causes a warning", async () => {
    const { warnings } = await accepted(hello(), { repository: pulumi.secret(repository) });
    assert.match(warnings.join(), /repository or tags is a secret, but the name of an image is readable/);
    assert.deepEqual((await accepted(hello(), { repository: pulumi.output(repository) })).warnings, []);
  });

  it("bad input 56: an Output that resolves to nothing or nonsense is refused by name", async () => {
    for (const [args, field] of [
      [{ repository: pulumi.output(null) }, "repository: null is not a string"],
      [{ repository: pulumi.output(undefined) }, "repository: null is not a string"],
      [{ tags: pulumi.output([null]) }, "tags[0]: is missing"],
      [{ tags: pulumi.output("v1") }, 'tags: "v1" is not a list'],
      [{ tags: [pulumi.output("a b")] }, 'tags[0]: "a b" may have only'],
    ] as const) {
      // A component's Outputs cannot be caught from outside; the checks that they get are the same.
      const { repository: given = repository, tags } = args as { repository?: unknown; tags?: unknown };
      const known = await new Promise<unknown[]>((resolve) =>
        pulumi.all([given, tags]).apply((values) => resolve(values)),
      );
      const found = validateDestination(known[0] ?? null, known[1]);
      assert.ok(
        found.some(({ propertyPath, reason }) => `${propertyPath}: ${reason}`.startsWith(field)),
        field,
      );
    }
  });

  it("bad input 54: a private key of several lines is not shown in the error", async () => {
    const key = "-----BEGIN PRIVATE KEY-----\nhunter2\n-----END PRIVATE KEY-----\n";
    const runtime = { env: { KEY: key }, labels: { a: "hunter2\n" }, user: key };
    const { error } = await outcome(hello(), { runtime });
    assert.match(error, /3 inputs are not valid/);
    assert.ok(!error.includes("hunter2"), error);
  });
});
