// States of stacks as released versions wrote them, without what belongs to one machine. A program of today must be able to go on from
// them.

import * as fs from "node:fs";
import * as path from "node:path";
import { builder, engineFields } from "./environment";
import { Project, repositoryRoot } from "./project";

const folder = path.join(repositoryRoot, "test/fixtures");
const host = "unix:///var/run/docker.sock";

/** docker-build keeps it in its state. */
export const recordedEnv = { DOCKER_HOST: host };

/** The program that is recorded, and that later versions run again. It must not change. */
export function recordedProject(engine: string): Project {
  const program = (repository: string) => `
const { GoMultiStageImage, GoSingleStageImage } = require("goimage");
const common = { source: "hello", ${engineFields(engine)} };
const image = new GoMultiStageImage("hello", {
  ...common, repository: "${repository}/multi", tags: ["v1", "latest"],
  runtime: { env: { A: "1" }, exposedPorts: ["8080"], labels: { team: "api" } },
});
const single = new GoSingleStageImage("hello", { ...common, repository: "${repository}/single" });
module.exports = { ref: image.ref, size: image.size, single: single.ref };
`;
  const files = {
    "hello/go.mod": "module example.com/hello\n\ngo 1.23\n",
    "hello/main.go": 'package main\n\nimport "fmt"\n\nfunc main() { fmt.Println("hello") }\n',
  };
  return new Project(program, files);
}

interface Deployment {
  deployment: { manifest: object; secrets_providers?: object; resources: Record<string, unknown>[] };
}

/** Deploys the program and writes the state that this version leaves; returns the file. */
export async function recordState(engine: string, version: string): Promise<string> {
  const project = recordedProject(engine);
  // With the daemon of this machine; a second up settles what the first leaves open.
  await project.up();
  await project.up();
  const exported = await project.pulumi(["stack", "export", "--show-secrets"]);
  const state = JSON.parse(exported.output) as Deployment;
  for (const resource of state.deployment.resources) {
    for (const key of ["created", "modified", "sourcePosition", "stackTrace"]) delete resource[key];
    const provider = resource["type"] === "pulumi:providers:docker-build";
    if (!provider) continue;
    for (const values of ["inputs", "outputs"]) Object.assign(resource[values] as object, { host });
  }
  const text = JSON.stringify(state, undefined, 2)
    .replaceAll(project.repository, "REPOSITORY")
    .replaceAll(`\\"name\\":\\"${builder}\\"`, '\\"name\\":\\"BUILDER\\"')
    .replaceAll(`"name": "${builder}"`, '"name": "BUILDER"');
  const file = path.join(folder, `state-${version}-${engine}.json`);
  fs.writeFileSync(file, `${text}\n`);
  return file;
}

/** The versions that have a recorded state of an engine. */
export function recordedVersions(engine: string): string[] {
  const names = fs.readdirSync(folder).map((name) => /^state-(.+)-([a-z]+)\.json$/.exec(name));
  return names.flatMap((match) => (match?.[2] === engine && match[1] !== undefined ? [match[1]] : []));
}

/** The outputs of the components in a recorded state. */
export type RecordedOutputs = Record<string, unknown>;

interface Changes {
  /** Gets the outputs of each component before. */
  outputs?: (outputs: RecordedOutputs) => void;
  /** Digests that stand in the place of recorded ones, which no registry has. */
  digests?: Record<string, string>;
}

function recorded(engine: string, version: string): string {
  return fs.readFileSync(path.join(folder, `state-${version}-${engine}.json`), "utf8");
}

/** The recorded outputs by component type. */
export function recordedOutputs(engine: string, version: string): Record<string, RecordedOutputs> {
  const { deployment } = JSON.parse(recorded(engine, version)) as Deployment;
  const components = deployment.resources.filter(({ type }) => /^goimage:/.test(type as string));
  return Object.fromEntries(
    components.map(({ type, outputs }) => [(type as string).replace(/.*:/, ""), outputs as RecordedOutputs]),
  );
}

/** Puts the recorded state into the project's stack. */
export async function importRecorded(
  project: Project,
  engine: string,
  version: string,
  { outputs: change = () => undefined, digests = {} }: Changes = {},
): Promise<void> {
  const text = recorded(engine, version)
    .replaceAll("REPOSITORY", project.repository)
    .replaceAll("BUILDER", builder)
    .replace(/sha256:[0-9a-f]{64}/g, (digest) => digests[digest] ?? digest);
  const state = JSON.parse(text) as Deployment;
  for (const { type, outputs } of state.deployment.resources)
    if (/^goimage:/.test(type as string)) change(outputs as RecordedOutputs);
  project.write({ "recorded.json": JSON.stringify(state) });
  const imported = await project.pulumi(["stack", "import", "--file", "recorded.json"]);
  if (imported.code !== 0) throw new Error(imported.output);
}
