// Many ups in a row of a stack with an image of each engine, in changing surroundings that must change nothing.

import * as fs from "node:fs";
import * as path from "node:path";
import { helloFiles, inHello } from "../../../support/module";
import { engineFields, engines } from "./environment";
import { Project, type Changes } from "./project";

const files = inHello(helloFiles);

/** Deploys once, then goes on deploying; `each` hears what each further up has changed. */
export async function soak(
  ups: number,
  each: (changes: Changes, surroundings: string, up: number) => void,
): Promise<void> {
  const images = engines.map(
    (engine) => `  new GoMultiStageImage("${engine}", {
    source: "hello", repository: repository + "/${engine}", ${engineFields(engine)}
  }).ref,`,
  );
  const project = new Project(
    (repository) => `
const { GoMultiStageImage } = require("goimage");
const repository = "${repository}";
exports.refs = [
${images.join("\n")}
];
`,
    files,
  );
  await project.up();
  const here = process.umask();
  try {
    for (let up = 1; up <= ups; up++) {
      const surroundings = kinds[up % kinds.length]!;
      surroundings.enter(project);
      each(await project.up(surroundings.env?.(up)), surroundings.name, up);
      process.umask(here);
    }
  } finally {
    process.umask(here);
  }
}

interface Surroundings {
  name: string;
  enter(project: Project): void;
  env?(up: number): Record<string, string>;
}

const kinds: Surroundings[] = [
  { name: "the same", enter: () => undefined },
  {
    name: "another umask",
    enter: (project) => {
      process.umask(0o077);
      forgetStaged(project);
    },
  },
  { name: "other modes and times", enter: touchAll },
  { name: "without .goimage", enter: forgetStaged },
  {
    name: "another place of the checkout",
    enter: (project) => project.move(),
  },
  {
    name: "another time zone, language and clock of SOURCE_DATE_EPOCH",
    enter: () => undefined,
    env: (up) => ({ TZ: up % 2 ? "Pacific/Apia" : "UTC", LANG: "tr_TR.UTF-8", SOURCE_DATE_EPOCH: `${up}` }),
  },
];

function forgetStaged(project: Project): void {
  fs.rmSync(path.join(project.directory, ".goimage"), { recursive: true, force: true });
}

function touchAll(project: Project): void {
  for (const [n, file] of Object.keys(files).entries()) {
    const full = path.join(project.directory, file);
    fs.chmodSync(full, fs.statSync(full).mode & 0o020 ? 0o600 : 0o775);
    fs.utimesSync(full, n + 1, Date.now() / 1000);
  }
}
