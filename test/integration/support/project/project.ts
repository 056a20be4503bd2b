// Pulumi projects in temporary directories, driven with the real command line.

import { spawn } from "node:child_process";
import * as crypto from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { makeTree, writeTree } from "../../../support/module";
import { registry } from "./environment";

export const repositoryRoot = path.resolve(__dirname, "../../../..");

/** What a command printed and how it ended. */
export interface Run {
  code: number;
  output: string;
}

/** What the engine did, by operation: create, update, same and so on. */
export type Changes = Record<string, number>;

/** The files of a stack that has nothing yet, for a project's name. */
let newStack: ((name: string) => Record<string, string>) | undefined;

const settingsFile = "Pulumi.test.yaml";
const metaFile = ".state/.pulumi/meta.yaml";
const stateFileOf = (project: string): string => `.state/.pulumi/stacks/${project}/test.json`;

/** What Pulumi's file backend keeps of a stack. */
interface StateFile {
  checkpoint: { latest?: { resources?: { type: string; outputs?: object }[] } };
}

/** Marks what is no plain value in a state. */
const specialSignature = "4dabf18193072939515e22adb298388d";

export class Project {
  /** A repository that no other test uses. */
  readonly repository = `${registry}/test/${crypto.randomBytes(4).toString("hex")}`;
  directory: string;
  private get events(): string {
    return path.join(this.directory, "events.json");
  }

  constructor(
    program: string | ((repository: string) => string),
    files: Record<string, string> = {},
    private readonly name = "test",
    /** More of what pulumi needs to know. */
    private readonly more: Record<string, string> = {},
  ) {
    const text = typeof program === "string" ? program : program(this.repository);
    this.directory = makeTree({
      "Pulumi.yaml": `name: ${name}\nruntime: { name: nodejs, options: { typescript: false } }\nmain: index.js\n`,
      "package.json": "{}\n",
      "index.js": text,
      ...files,
    });
    this.install();
  }

  /**
   * The package as npm installs it, by links. Pulumi's language host walks the directories of node_modules through
   * links at every command, so none leads to the whole repository.
   */
  private install(): void {
    const modules = path.join(this.directory, "node_modules");
    fs.mkdirSync(path.join(modules, "goimage"), { recursive: true });
    for (const part of ["dist", "package.json"]) {
      fs.symlinkSync(path.join(repositoryRoot, part), path.join(modules, "goimage", part));
    }
    fs.symlinkSync(path.join(repositoryRoot, "node_modules/@pulumi"), path.join(modules, "@pulumi"));
  }

  /** The same project and state, checked out anew into another directory, without what the build left behind. */
  clone(): Project {
    const copy = new Project("", {}, this.name, this.more);
    for (const name of fs.readdirSync(this.directory)) {
      if (name === "node_modules" || name === ".goimage") continue;
      // Not a copy of modes: a checkout gives files the modes of its own umask.
      copyWithoutModes(path.join(this.directory, name), path.join(copy.directory, name));
    }
    return copy;
  }

  /** Goes on in another directory, with the stack's state. */
  move(): void {
    const next = makeTree({});
    fs.rmdirSync(next);
    fs.renameSync(this.directory, next);
    this.directory = next;
  }

  write(files: Record<string, string>): void {
    writeTree(this.directory, files);
  }

  /** Copies a folder of the repository into the project. */
  copy(folder: string, to: string): void {
    copyWithoutModes(path.join(repositoryRoot, folder), path.join(this.directory, to));
  }

  read(file: string): string {
    return fs.readFileSync(path.join(this.directory, file), "utf8");
  }

  /** Runs pulumi, whatever the result; the stack is called test and lies in a folder of the project's own. */
  async pulumi(args: string[], env: Record<string, string> = {}): Promise<Run> {
    await this.init();
    return run("pulumi", [...args, "--non-interactive"], this.directory, { ...this.env, ...env });
  }

  /** Makes the stack, unless it is there: the first by pulumi, which takes a second for it, and others as that one is. */
  async init(): Promise<void> {
    if (fs.existsSync(path.join(this.directory, ".state"))) return;
    fs.mkdirSync(path.join(this.directory, ".state"));
    // Settings that outlived a state are the project's own.
    const isNew = !fs.existsSync(path.join(this.directory, settingsFile));
    if (isNew && newStack !== undefined) return this.write(newStack(this.name));
    await run("pulumi", ["stack", "init", "test", "--non-interactive"], this.directory, this.env);
    if (!isNew) return;
    const settings = this.read(settingsFile);
    const meta = this.read(metaFile);
    const state = this.read(stateFileOf(this.name));
    const stackOf = (project: string) => `organization/${project}/test`;
    newStack = (name) => ({
      [settingsFile]: settings,
      [metaFile]: meta,
      [stateFileOf(name)]: state.replace(stackOf(this.name), stackOf(name)),
    });
  }

  /** What pulumi needs to know to work on the stack. */
  get env(): Record<string, string> {
    return {
      PULUMI_BACKEND_URL: `file://${path.join(this.directory, ".state")}`,
      PULUMI_CONFIG_PASSPHRASE: "",
      PULUMI_STACK: "test",
      // Makes --event-log available.
      PULUMI_DEBUG_COMMANDS: "true",
      ...this.more,
    };
  }

  /** `pulumi up` that must succeed; says what changed. */
  async up(env: Record<string, string> = {}): Promise<Changes> {
    const result = await this.pulumi(["up", "--yes", "--skip-preview", "--event-log", this.events], env);
    if (result.code !== 0) throw new Error(`pulumi up ended with ${result.code}:\n${result.output}`);
    return this.changes();
  }

  /** `pulumi preview` that must succeed; says what would change and what is not known. */
  async preview(
    env: Record<string, string> = {},
  ): Promise<{ changes: Changes; outputs: Record<string, unknown>; output: string }> {
    const result = await this.pulumi(["preview", "--event-log", this.events], env);
    if (result.code !== 0) throw new Error(`pulumi preview ended with ${result.code}:\n${result.output}`);
    return { changes: this.changes(), outputs: this.stackOutputs(), output: result.output };
  }

  /** The stack's outputs, from its state; from pulumi, which starts for that, where some are encrypted. */
  async outputs<T = Record<string, unknown>>(): Promise<T> {
    const { checkpoint } = JSON.parse(this.read(stateFileOf(this.name))) as StateFile;
    const stack = checkpoint.latest?.resources?.find(({ type }) => type === "pulumi:pulumi:Stack");
    const outputs = stack?.outputs ?? {};
    if (!JSON.stringify(outputs).includes(`"${specialSignature}"`)) return outputs as T;
    const { output, code } = await this.pulumi(["stack", "output", "--json", "--show-secrets"]);
    if (code !== 0) throw new Error(output);
    return JSON.parse(output) as T;
  }

  async state(): Promise<string> {
    return (await this.pulumi(["stack", "export"])).output;
  }

  private readEvents(): { summaryEvent?: { resourceChanges: Changes }; resOutputsEvent?: StepEvent }[] {
    const lines = fs.readFileSync(this.events, "utf8").trim().split("\n");
    fs.rmSync(this.events);
    return lines.map((line) => JSON.parse(line) as never);
  }

  private lastEvents: ReturnType<Project["readEvents"]> = [];

  private changes(): Changes {
    this.lastEvents = this.readEvents();
    return this.lastEvents.find((event) => event.summaryEvent)?.summaryEvent?.resourceChanges ?? {};
  }

  /** The stack's outputs as the last command saw them; what is not known is the string "unknown". */
  private stackOutputs(): Record<string, unknown> {
    const ofStack = this.lastEvents.filter(
      (event) => event.resOutputsEvent?.metadata.type === "pulumi:pulumi:Stack",
    );
    const outputs = ofStack.at(-1)?.resOutputsEvent?.metadata.new?.outputs ?? {};
    const unknown = /04da6b54-80e4-46f7-96ec-b56ff0331ba9/;
    return JSON.parse(JSON.stringify(outputs), (_, value: unknown) =>
      typeof value === "string" && unknown.test(value) ? "unknown" : value,
    ) as Record<string, unknown>;
  }
}

interface StepEvent {
  metadata: { type: string; new?: { outputs?: Record<string, unknown> } };
}

function copyWithoutModes(from: string, to: string): void {
  if (!fs.statSync(from).isDirectory()) return fs.writeFileSync(to, fs.readFileSync(from));
  fs.mkdirSync(to, { recursive: true });
  for (const name of fs.readdirSync(from)) copyWithoutModes(path.join(from, name), path.join(to, name));
}

/** Runs a program to its end and keeps what it prints. */
export function run(
  program: string,
  args: string[],
  cwd: string,
  env: Record<string, string> = {},
): Promise<Run> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()));
    child.on("error", reject);
    child.on("close", (code) => resolve({ code: code ?? -1, output }));
  });
}
