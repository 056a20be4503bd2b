/** Sides that are Pulumi programs. They differ in the program alone: same language, modules, settings and backend. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import * as ts from "typescript";
import { run } from "../../tools/setup/exec";
import type { Deployment, Peer, Site } from "../model";

/** "not checked": PULUMI_NODEJS_TRANSPILE_ONLY, with which Pulumi leaves the types of a TypeScript program alone. */
export type Language = "TypeScript" | "TypeScript, not checked" | "JavaScript" | "YAML";

/** The end of a side's name. */
export const inLanguage = (language: Language = "TypeScript"): string =>
  language === "TypeScript" ? "" : `, ${language}`;

interface PulumiPeer {
  readonly name: string;
  readonly needs: Peer["needs"];
  readonly pushes?: boolean;
  readonly language?: Language;
  /** The program, as a user would write it in TypeScript; in YAML, the part of Pulumi.yaml below the name and the runtime. */
  program(site: Site): string;
  /** Other files of the project. */
  files?(site: Site): Record<string, string>;
  /** More environment. */
  env?(site: Site): NodeJS.ProcessEnv | Promise<NodeJS.ProcessEnv>;
}

/** What `pulumi new typescript` writes, in the terms of the TypeScript that is installed here. */
const tsconfig = {
  compilerOptions: {
    strict: true,
    outDir: "bin",
    target: "es2022",
    module: "nodenext",
    moduleResolution: "nodenext",
    types: ["node"],
    sourceMap: true,
    forceConsistentCasingInFileNames: true,
  },
  files: ["index.ts"],
};

const toJavaScript = (program: string): string =>
  ts.transpileModule(program, {
    compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.CommonJS },
  }).outputText;

export function pulumiPeer(peer: PulumiPeer): Peer {
  const { name, needs, pushes = true } = peer;
  return { name, needs, pushes, open: (site) => openProject(peer, site) };
}

function programFiles(peer: PulumiPeer, site: Site): Record<string, string> {
  const program = peer.program(site);
  if (peer.language === "YAML") return { "Pulumi.yaml": `name: ${site.id}\nruntime: yaml\n${program}` };
  const javaScript = peer.language === "JavaScript";
  const main = javaScript ? "index.js" : "index.ts";
  return {
    "Pulumi.yaml": `name: ${site.id}\nruntime: nodejs\nmain: ${main}\n`,
    "package.json": "{}\n",
    [main]: javaScript ? toJavaScript(program) : program,
    ...(javaScript ? {} : { "tsconfig.json": JSON.stringify(tsconfig, null, 2) }),
  };
}

async function openProject(peer: PulumiPeer, site: Site): Promise<Deployment> {
  const files = { ...programFiles(peer, site), ...peer.files?.(site) };
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(site.directory, file)), { recursive: true });
    writeFileSync(join(site.directory, file), text);
  }
  const state = join(site.directory, ".state");
  mkdirSync(state);
  const env = {
    ...site.env,
    PULUMI_BACKEND_URL: `file://${state}`,
    PULUMI_CONFIG_PASSPHRASE: "",
    PULUMI_STACK: "bench",
    ...(peer.language === "TypeScript, not checked" && { PULUMI_NODEJS_TRANSPILE_ONLY: "true" }),
    ...(await peer.env?.(site)),
  };
  const pulumi = async (...args: string[]) => {
    const { code, stdout, stderr } = await run("pulumi", [...args, "--non-interactive"], {
      cwd: site.directory,
      env,
    });
    if (code !== 0) throw new Error(`pulumi ${args[0]} ended with ${code}:\n${stdout}${stderr}`);
  };
  await pulumi("stack", "init", "bench");
  return { deploy: () => pulumi("up", "--yes", "--skip-preview"), preview: () => pulumi("preview") };
}
