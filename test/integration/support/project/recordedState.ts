// States of stacks as released versions wrote them, without what belongs to one machine. A program of today must find
// nothing to do in them.

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

/** A project whose stack has the recorded state; `change` gets the outputs of each component before. */
export async function importRecorded(
  engine: string,
  version: string,
  change: (outputs: Record<string, unknown>) => void = () => undefined,
): Promise<Project> {
  const project = recordedProject(engine);
  const text = fs
    .readFileSync(path.join(folder, `state-${version}-${engine}.json`), "utf8")
    .replaceAll("REPOSITORY", project.repository)
    .replaceAll("BUILDER", builder);
  const state = JSON.parse(text) as Deployment;
  for (const { type, outputs } of state.deployment.resources)
    if (/^goimage:/.test(type as string)) change(outputs as Record<string, unknown>);
  project.write({ "recorded.json": JSON.stringify(state) });
  const imported = await project.pulumi(["stack", "import", "--file", "recorded.json"]);
  if (imported.code !== 0) throw new Error(imported.output);
  return project;
}
