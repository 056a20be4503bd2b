// A component under Pulumi's mocks: what it refuses before a child is registered, and what is in the build context that
// it leaves behind.

import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { GoMultiStageImage, type GoMultiStageImageArgs } from "../../components";
import { helloFiles, inHello, makeTree } from "./module";
import { runProgram, type Registered } from "./program";

export const repository = "registry.example.com/team/hello";

interface Outcome {
  /** Message of the error that the constructor threw; "" when it threw none. */
  error: string;
  children: string[];
  /** Files of the build context. */
  context: string[];
  warnings: string[];
}

/** What comes of a component, given these inputs, in a project directory with these files. */
export async function outcome(
  files: Record<string, string>,
  args: Partial<GoMultiStageImageArgs> = {},
  prepare: (directory: string) => void = () => undefined,
): Promise<Outcome> {
  const before = process.cwd();
  const directory = makeTree(files);
  process.chdir(directory);
  let error = "";
  try {
    const program = () => {
      prepare(directory);
      try {
        new GoMultiStageImage("api", { source: "hello", repository, ...args });
      } catch (thrown) {
        error = (thrown as Error).message;
      }
    };
    const { resources, logs } = await runProgram(program, { preview: true });
    return { error, ...found(directory, resources, logs) };
  } finally {
    process.chdir(before);
  }
}

function found(
  directory: string,
  resources: readonly Registered[],
  logs: readonly string[],
): Omit<Outcome, "error"> {
  const source = path.join(directory, ".goimage/project/stack/api-MultiStage");
  const staged = fs.existsSync(source) ? fs.readdirSync(source, { recursive: true, encoding: "utf8" }) : [];
  const context = staged.filter((file) => fs.statSync(path.join(source, file)).isFile()).sort();
  const children = resources.map(({ type }) => type).filter((type) => type.startsWith("docker"));
  const warnings = logs.flatMap((text) => /^warning: ([^]*)/.exec(text)?.[1] ?? []);
  return { children, context, warnings };
}

/** The files of a small module in the directory hello, and more. */
export const hello = (more: Record<string, string> = {}) => inHello({ ...helloFiles, ...more });

/** Refused in words that match, with nothing registered and nothing staged. */
export async function refused(message: RegExp, ...given: Parameters<typeof outcome>): Promise<void> {
  const { error, children, context } = await outcome(...given);
  assert.match(error, message);
  assert.match(error, /nothing was built/);
  assert.deepEqual([children, context], [[], []]);
}

export async function accepted(...given: Parameters<typeof outcome>): Promise<Outcome> {
  const result = await outcome(...given);
  assert.equal(result.error, "");
  assert.deepEqual(result.children, ["docker:index/image:Image"]);
  return result;
}
