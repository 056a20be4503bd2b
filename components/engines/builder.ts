// The BuildKit builder, looked at before a build. The docker-build provider's own errors name neither the address nor a command, and
// without a builder it starts one by itself.

import { createHash } from "node:crypto";
import { access, readFile, readdir } from "node:fs/promises";
import * as net from "node:net";
import { homedir } from "node:os";
import { join } from "node:path";
import * as tls from "node:tls";
import { askBuildkit, failureCode } from "./buildkitInfo";

/** What docker buildx keeps of a builder, as far as it is known. */
interface Instance {
  Driver?: unknown;
  Nodes?: unknown;
}

interface Node {
  Endpoint?: unknown;
  DriverOpts?: unknown;
}

/** What is wrong with the builder of that name, with the command that mends it; undefined when nothing is known to be. */
export async function builderProblem(
  name: string,
  env: NodeJS.ProcessEnv = process.env,
): Promise<string | undefined> {
  const folder = instances(env);
  const instance = await read(join(folder, name.toLowerCase()));
  if (instance === undefined) {
    // docker-build starts a builder in a container on the Docker Engine of that context.
    if (await isDockerContext(name, env)) return undefined;
    const others = (await list(folder)).join(", ");
    return (
      `there is no builder ${name} on this machine (docker buildx ls lists ${others || "none that fits"}): make it with ` +
      `docker buildx create --name ${name} --driver docker-container --bootstrap, or name another one`
    );
  }
  if (instance.Driver !== "remote" || !Array.isArray(instance.Nodes)) return undefined;
  const found = await Promise.all((instance.Nodes as (Node | null)[]).map((node) => nodeProblem(node ?? {})));
  const problem = found.find((each) => each !== undefined);
  return problem && `the builder ${name} ${problem}, or name another one`;
}

/** Whether docker-build finds a builder when none is named; otherwise it starts a container with one. */
export async function hasAnyBuilder(env: NodeJS.ProcessEnv = process.env): Promise<boolean> {
  return (await list(instances(env))).length > 0;
}

function dockerFolder(env: NodeJS.ProcessEnv): string {
  return env["DOCKER_CONFIG"] || join(env["HOME"] || homedir(), ".docker");
}

function instances(env: NodeJS.ProcessEnv): string {
  return join(env["BUILDX_CONFIG"] || join(dockerFolder(env), "buildx"), "instances");
}

/** Whether docker context ls lists that name. */
async function isDockerContext(name: string, env: NodeJS.ProcessEnv): Promise<boolean> {
  if (name === "default") return true;
  const folder = createHash("sha256").update(name).digest("hex");
  const meta = join(dockerFolder(env), "contexts", "meta", folder, "meta.json");
  return access(meta).then(
    () => true,
    () => false,
  );
}

async function list(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  return names.filter((name) => /^[a-z][\w.-]*$/.test(name)).sort();
}

/** An object with nothing in it where the file is none of buildx's. */
async function read(file: string): Promise<Instance | undefined> {
  const text = await readFile(file, "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    return (JSON.parse(text) as Instance | null) ?? {};
  } catch {
    return {};
  }
}

/** What the builder is or cannot, and what to do about it. */
async function nodeProblem({ Endpoint: endpoint, DriverOpts: given }: Node): Promise<string | undefined> {
  const options = (given ?? {}) as Record<string, unknown>;
  const identity: tls.ConnectionOptions = {};
  for (const [option, field] of Object.entries(identityFiles)) {
    const file = options[option];
    if (typeof file !== "string") continue;
    try {
      identity[field] = await readFile(file);
    } catch (error) {
      return `cannot be reached: its ${option} ${file} cannot be read (${failureCode(error)}). Put the file there`;
    }
  }
  const address = addressOf(endpoint);
  if (address === undefined) return undefined;
  const isSecured = Object.keys(identity).length > 0;
  const { servername } = options;
  if (typeof servername === "string") identity.servername = servername;
  const { connected, failure, status } = await askBuildkit(() =>
    isSecured ? tls.connect({ ...address, ...identity, ALPNProtocols: ["h2"] }) : net.connect(address),
  );
  const place = String(endpoint);
  if (status === unimplemented)
    return `is too old: the BuildKit at ${place} is older than 0.11, the first that goimage can use. Update it there`;
  if (failure === undefined) return undefined;
  if (isSecured && (connected || failure.startsWith("ERR_")))
    return `cannot be reached: TLS with ${place} fails (${failure}). Check cacert, cert, key and servername`;
  // What answers in another language than BuildKit's is left to the provider.
  return connected
    ? undefined
    : `cannot be reached: nothing answers at ${place} (${failure}). Start buildkitd there`;
}

/** gRPC's status for a call that the server does not know. */
const unimplemented = 12;

/** Driver options of docker buildx that name files, and what they are for Node. */
const identityFiles = { cacert: "ca", cert: "cert", key: "key" } as const;

function addressOf(endpoint: unknown): { path: string } | { host: string; port: number } | undefined {
  const [, path] = /^unix:\/\/(.+)$/.exec(String(endpoint)) ?? [];
  if (path !== undefined) return { path };
  const [, host, port] = /^tcp:\/\/\[?([\w.:-]+?)\]?:(\d+)$/.exec(String(endpoint)) ?? [];
  return host === undefined ? undefined : { host, port: Number(port) };
}
