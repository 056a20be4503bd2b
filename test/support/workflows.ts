// What may stand in a workflow of GitHub's that we show: who gets a credential, and when.

import { load } from "./yaml";

interface Step {
  uses?: string;
  run?: string;
  with?: Record<string, unknown>;
}

interface Job {
  if?: string;
  environment?: unknown;
  concurrency?: { "cancel-in-progress"?: unknown };
  permissions?: Record<string, string>;
  "timeout-minutes"?: number;
  steps: Step[];
}

interface Workflow {
  on: string | Record<string, { branches?: string[] } | null>;
  permissions?: Record<string, string>;
  jobs: Record<string, Job>;
}

/** An action at a commit, and the version that it is. */
const pinned = /^[\w-]+\/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/;
const givesCredentials =
  /^(pulumi\/auth-actions|aws-actions\/configure-aws-credentials|docker\/login-action)@/;
const installsPackages = /\bnpm (ci|i|install)\b/;
const notFromForks = "github.event.pull_request.head.repo.full_name == github.repository";

/** What is wrong with a workflow; nothing with one that careful people would take. */
export function workflowProblems(text: string): string[] {
  const workflow = load(text) as Workflow;
  const events = typeof workflow.on === "string" ? { [workflow.on]: null } : workflow.on;
  return [
    ...unpinned(text),
    ...(/\bsecrets\b/.test(text) ? ["a stored secret is used"] : []),
    ...Object.entries(events).flatMap(([event, given]) => eventProblems(event, given?.branches)),
    ...(workflow.permissions === undefined ? ["the workflow has the default permissions"] : []),
    ...writes(workflow.permissions).map((name) => `the workflow has ${name}: write`),
    ...Object.entries(workflow.jobs).flatMap(([name, job]) =>
      jobProblems(job, "pull_request" in events).map((problem) => `${name}: ${problem}`),
    ),
  ];
}

/** Actions that are not named by a commit. */
export function unpinned(text: string): string[] {
  return [...text.matchAll(/^[\s-]*uses: *(.*)$/gm)]
    .map(([, action = ""]) => action)
    .filter((action) => !pinned.test(action))
    .map((action) => `${action} is not pinned`);
}

function eventProblems(event: string, branches: readonly string[] | undefined): string[] {
  if (event === "pull_request") return [];
  if (event !== "push") return [`the event ${event}`];
  return branches?.join() === "main" ? [] : ["pushes to other branches than main"];
}

const writes = (permissions: Record<string, string> = {}): string[] =>
  Object.keys(permissions).filter((name) => permissions[name] !== "read" && permissions[name] !== "none");

function jobProblems(job: Job, isOfPullRequest: boolean): string[] {
  const { steps, environment } = job;
  const isTrusted = environment !== undefined;
  const written = writes(job.permissions);
  const credentials = steps.findIndex(({ uses = "" }) => givesCredentials.test(uses));
  const installs = steps.findLastIndex(({ run = "" }) => installsPackages.test(run));
  const commands = steps.map((step) => step.with?.["command"]);
  const isScripted = steps.some(
    ({ run = "" }) => installsPackages.test(run) && !run.includes("--ignore-scripts"),
  );
  const caches = steps.some(
    ({ uses = "", with: given = {} }) =>
      /\/setup-(node|go)@/.test(uses) && (given["cache"] ?? given["package-manager-cache"] ?? true) !== false,
  );
  const rules: [boolean, string][] = [
    [job["timeout-minutes"] === undefined, "has no time limit"],
    [written.some((name) => name !== "id-token"), `may write ${written.join()}`],
    [written.includes("id-token") && !isTrusted, "has an OIDC token without an environment"],
    [credentials >= 0 && !isTrusted, "has credentials without an environment"],
    [credentials >= 0 && credentials < installs, "installs packages after it got credentials"],
    // Each step of the job may ask for an OIDC token.
    [isTrusted && isScripted, "runs install scripts beside credentials"],
    [isTrusted && caches, "has credentials and a cache"],
    [
      steps.some((step) => isCheckout(step) && !forgets(step)),
      "leaves the token of the checkout on the disk",
    ],
    [isOfPullRequest && isTrusted && job.if !== notFromForks, "gives credentials to forks"],
    [isOfPullRequest && environment === "production", "is in production for a pull request"],
    [isOfPullRequest && commands.includes("up"), "deploys a pull request"],
    [
      isOfPullRequest && steps.some(({ uses = "" }) => /login-action/.test(uses)),
      "may push for a pull request",
    ],
    [
      !isOfPullRequest && commands.includes("up") && environment !== "production",
      "deploys outside of production",
    ],
    [
      commands.includes("up") && job.concurrency?.["cancel-in-progress"] !== false,
      "deploys twice at a time, or stops half-way",
    ],
  ];
  return rules.filter(([isWrong]) => isWrong).map(([, problem]) => problem);
}

const isCheckout = ({ uses = "" }: Step): boolean => uses.startsWith("actions/checkout@");
const forgets = (step: Step): boolean => step.with?.["persist-credentials"] === false;
