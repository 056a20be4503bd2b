// The pipeline for GitLab of docs/pipelines.md, read by gitlab-ci-local, which asks git.

import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import * as path from "node:path";
import { makeTree } from "../support/module";
import { blocks, changed, root } from "../support/pages";
import { load } from "../support/yaml";

const [, , gitlab = ""] = blocks("docs/pipelines.md", "yaml");

describe("the pipeline of the documentation for GitLab", function () {
  this.timeout(300_000);

  it("is accepted by GitLab's schema", () => {
    assert.deepEqual(Object.keys(gitlabJobs(gitlab)), ["check-service", "check-stack", "preview", "deploy"]);
    assert.throws(() => gitlabJobs(changed(gitlab, "  stage: deploy", "  stages: deploy")), /stage:test/);
    const odd = changed(gitlab, "interruptible: false", "interruptible: perhaps");
    assert.throws(() => gitlabJobs(odd), /'interruptible' property type must be boolean/);
  });

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
    it(`runs the right jobs for a pipeline ${what}`, () => {
      const found = Object.entries(gitlabJobs(gitlab, variables)).filter(([, when]) => when !== "never");
      assert.deepEqual(Object.fromEntries(found), jobs);
    });

  it("gives credentials only to jobs with an environment, and push rights only to the deployment", () => {
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
