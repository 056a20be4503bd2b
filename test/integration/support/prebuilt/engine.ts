// An engine that builds nothing, in the place of both real ones: its child pushes an image of the test's own making. Pulumi, its
// state and the registry are real. For tests of what goimage does around a build, whoever builds.
//
// The child belongs to a provider inside the test's process, to which Pulumi connects as to one that is being debugged.

import { Server, ServerCredentials } from "@grpc/grpc-js";
import { missingEngine, skipWithReason } from "../project/environment";
import { Project } from "../project/project";
import { service } from "./provider";

/** Pulumi's name of the provider, and the type of its one resource. */
const provider = "prebuilt";
const type = `${provider}:index:Image`;

/** Runs before the project's own program: compiled engines stand in a record that can be changed. */
const program = `
const fs = require("node:fs");
const path = require("node:path");
const pulumi = require("@pulumi/pulumi");

const engine = (name, request, opts) => {
  const inputs = { digest: undefined, ...request, directory: process.cwd() };
  const resource = new pulumi.CustomResource("${type}", name, inputs, opts);
  return { resource, digest: resource.digest };
};
// A program may have several copies of the package.
for (const name of fs.readdirSync("node_modules").filter((each) => each.startsWith("goimage"))) {
  const { engines, providers } = require(path.resolve("node_modules", name, "dist/engines"));
  for (const each of Object.keys(engines)) [engines[each], providers[each]] = [engine, "${provider}"];
}
module.exports = require("./index.js");
`;

export interface PrebuiltEngine {
  /** As `new Project`; in its program, both engines are this one. */
  project(program: string | ((repository: string) => string), files?: Record<string, string>): Project;
  close(): void;
}

export async function startPrebuiltEngine(): Promise<PrebuiltEngine> {
  const server = new Server();
  server.addService(...service);
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  const wrapper = {
    "Pulumi.yaml":
      "name: test\nruntime: { name: nodejs, options: { typescript: false } }\nmain: prebuilt.js\n",
    "prebuilt.js": program,
  };
  const env = { PULUMI_DEBUG_PROVIDERS: `${provider}:${port}` };
  return {
    project: (text, files = {}) => new Project(text, { ...files, ...wrapper }, "test", env),
    close: () => server.forceShutdown(),
  };
}

/** A project whose images the prebuilt engine pushes, if there is one, or else the engine that its program names. */
export function newProject(
  prebuilt: PrebuiltEngine | undefined,
  program: string | ((repository: string) => string),
  files?: Record<string, string>,
): Project {
  return prebuilt?.project(program, files) ?? new Project(program, files);
}

/** For suites whose tests mostly do not depend on the engine. */
export const enginesAndPrebuilt = ["prebuilt", "docker", "buildkit"];

/** Starts the prebuilt engine where it is the one; skips the suite where a real one is missing. */
export async function startEngine(
  context: Mocha.Context,
  engine: string,
): Promise<PrebuiltEngine | undefined> {
  if (engine === "prebuilt") return startPrebuiltEngine();
  const reason = missingEngine(engine);
  if (reason !== undefined) skipWithReason(context, reason);
  return undefined;
}

/** Mocha's `it` for what does not depend on the engine: the prebuilt one runs it, and the real ones do not repeat it. */
export const itOnceFor = (engine: string) => (title: string, test: () => Promise<void>) =>
  void (engine === "prebuilt" && it(title, test));
