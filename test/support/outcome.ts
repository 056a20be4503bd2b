// A component under Pulumi's mocks: what it refuses before a child is registered, and what is in the build context that
// it leaves behind.

import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { GoMultiStageImage, type GoMultiStageImageArgs } from "../../components";
import { helloFiles, inHello, makeTree } from "./module";

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
  const children: string[] = [];
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, inputs }) => {
        children.push(type);
        return { id: "id", state: inputs as Record<string, unknown> };
      },
      call: ({ inputs }) => inputs as Record<string, unknown>,
    },
    "project",
    "stack",
    true,
  );
  const before = process.cwd();
  const directory = makeTree(files);
  const warnings: string[] = [];
  const warn = pulumi.log.warn;
  (pulumi.log as { warn: unknown }).warn = (text: string) => Promise.resolve(void warnings.push(text));
  process.chdir(directory);
  let error = "";
  try {
    prepare(directory);
    new GoMultiStageImage("api", { source: "hello", repository, ...args });
    for (let turn = 0; turn < 100; turn++) await new Promise(setImmediate);
  } catch (thrown) {
    error = (thrown as Error).message;
  } finally {
    process.chdir(before);
    (pulumi.log as { warn: unknown }).warn = warn;
  }
  const source = path.join(directory, ".goimage/project/stack/api-MultiStage");
  const staged = fs.existsSync(source) ? fs.readdirSync(source, { recursive: true, encoding: "utf8" }) : [];
  const context = staged.filter((file) => fs.statSync(path.join(source, file)).isFile()).sort();
  return { error, children: children.filter((type) => type.startsWith("docker")), context, warnings };
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
