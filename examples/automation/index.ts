// A deployment as a program of your own, with Pulumi's Automation API: an inline program builds the image in a stack "dev", and the
// program in ../promotion deploys the same digest in a stack "prod".
//
//   npx ts-node index.ts registry.example.com/team/api

import * as path from "node:path";
import { LocalWorkspace, type EngineEvent, type Stack } from "@pulumi/pulumi/automation";
import { GoMultiStageImage } from "goimage";

const [repository = "registry.example.com/team/api", builder] = process.argv.slice(2);

function build() {
  const image = new GoMultiStageImage("api", {
    // Relative paths start at the directory that this program runs in; this one is the same from everywhere.
    source: path.join(__dirname, "../quickstart/service"),
    repository,
    builder,
  });
  return Promise.resolve({ ref: image.ref, size: image.size });
}

/** Deploys a stack and prints one line for each step and message; gives the stack's outputs. */
async function deploy(stack: Stack, name: string): Promise<Record<string, unknown>> {
  const onEvent = ({ resourcePreEvent, diagnosticEvent }: EngineEvent) => {
    const step = resourcePreEvent?.metadata;
    if (step !== undefined) console.log(`${name}: ${step.op} ${step.urn.split("::").at(-1)}`);
    const { severity = "", message = "", ephemeral = false } = diagnosticEvent ?? {};
    // The engine sends debug messages too. Colours are marks such as <{%reset%}>.
    if (["info", "info#err", "warning", "error"].includes(severity) && !ephemeral)
      console.log(`${name}: ${message.replace(/<\{%[^%]*%\}>/g, "").trimEnd()}`);
  };
  const { outputs, summary } = await stack.up({ onEvent });
  console.log(`${name}: ${JSON.stringify(summary.resourceChanges)}`);
  return Object.fromEntries(Object.entries(outputs).map(([key, { value }]) => [key, value as unknown]));
}

async function main() {
  const dev = await LocalWorkspace.createOrSelectStack({
    stackName: "dev",
    projectName: "automation",
    program: build,
  });
  const { ref, size } = await deploy(dev, "dev");
  console.log(`dev: ${String(ref)}, ${String(size)} bytes`);

  const workDir = path.join(__dirname, "../promotion");
  const prod = await LocalWorkspace.createOrSelectStack({ stackName: "prod", workDir });
  await prod.setConfig("image", { value: String(ref) });
  console.log(`prod: ${String((await deploy(prod, "prod"))["ref"])}`);
}

main().catch((error: unknown) => {
  console.error((error as Error).message);
  process.exitCode = 1;
});
