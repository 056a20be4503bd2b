// What the integration tests run against; `npm test` sets these variables after the set-up.

import * as os from "node:os";

function required(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === "") {
    throw new Error(
      `${name} is not set; run the integration tests with npm test, which sets up what they need`,
    );
  }
  return value;
}

export const registry = required("GOIMAGE_TEST_REGISTRY");
export const builder = required("GOIMAGE_TEST_BUILDER");
export const engines = required("GOIMAGE_TEST_ENGINES").split(",");

/** Reaches this machine from a build's container; undefined where nothing does. */
export const address = Object.values(os.networkInterfaces())
  .flatMap((addresses) => addresses ?? [])
  .find(({ family, internal }) => family === "IPv4" && !internal)?.address;

/** Inputs that select an engine, as the text of an object's fields in a program. */
export function engineFields(engine: string): string {
  return engine === "buildkit"
    ? `engine: "buildkit", builder: ${JSON.stringify(builder)},`
    : 'engine: "docker",';
}

/** Why tests that need an engine cannot run here; undefined when they can. */
export function missingEngine(engine: string): string | undefined {
  if (engines.includes(engine)) return undefined;
  return `the ${engine} engine is not available: its plugin could not be had from any source`;
}

/** Skips the current suite or test with a printed reason. */
export function skipWithReason(context: Mocha.Context, reason: string): never {
  console.log(`      skipped: ${reason}`);
  context.skip();
}
