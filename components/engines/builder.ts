// The BuildKit builder, looked at before a build. The docker-build provider's own errors name neither the address nor a command, and
// without a builder it starts one by itself.

import { once } from "node:events";
import { readFile, readdir } from "node:fs/promises";
import * as net from "node:net";
import { homedir } from "node:os";
import { join } from "node:path";
import * as tls from "node:tls";

/** What docker buildx keeps of a builder, as far as it is known. */
interface Instance {
  Driver?: unknown;
  Nodes?: unknown;
}

interface Node {
  Endpoint?: unknown;
  DriverOpts?: unknown;
}

/** Milliseconds for a connection. */
const patience = 5_000;

/** What is wrong with the builder of that name, with the command that mends it; undefined when nothing is known to be. */
export async function builderProblem(
  name: string,
  env: NodeJS.ProcessEnv = process.env,
): Promise<string | undefined> {
  const folder = instances(env);
  const instance = await read(join(folder, name.toLowerCase()));
  if (instance === undefined) {
    const others = (await list(folder)).join(", ");
    return (
      `there is no builder ${name} on this machine (docker buildx ls lists ${others || "none that fits"}): make it with ` +
      `docker buildx create --name ${name} --driver docker-container --bootstrap, or name another one`
    );
  }
  if (instance.Driver !== "remote" || !Array.isArray(instance.Nodes)) return undefined;
  const found = await Promise.all((instance.Nodes as (Node | null)[]).map((node) => nodeProblem(node ?? {})));
  const problem = found.find((each) => each !== undefined);
  return problem && `the builder ${name} cannot be reached: ${problem}, or name another one`;
}

/** Whether docker-build finds a builder when none is named; otherwise it starts a container with one. */
export async function hasAnyBuilder(env: NodeJS.ProcessEnv = process.env): Promise<boolean> {
  return (await list(instances(env))).length > 0;
}

function instances(env: NodeJS.ProcessEnv): string {
  const docker = env["DOCKER_CONFIG"] || join(env["HOME"] || homedir(), ".docker");
  return join(env["BUILDX_CONFIG"] || join(docker, "buildx"), "instances");
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

async function nodeProblem({ Endpoint: endpoint, DriverOpts: given }: Node): Promise<string | undefined> {
  const options = (given ?? {}) as Record<string, unknown>;
  const identity: tls.ConnectionOptions = {};
  for (const [option, field] of Object.entries(identityFiles)) {
    const file = options[option];
    if (typeof file !== "string") continue;
    try {
      identity[field] = await readFile(file);
    } catch (error) {
      return `its ${option} ${file} cannot be read (${errorCode(error)}). Put the file there`;
    }
  }
  const address = addressOf(endpoint);
  if (address === undefined) return undefined;
  const code = await connectionError(() => net.connect({ ...address, timeout: patience }), "connect");
  if (code !== undefined) return `nothing answers at ${String(endpoint)} (${code}). Start buildkitd there`;
  if (Object.keys(identity).length === 0) return undefined;
  const { servername } = options;
  if (typeof servername === "string") identity.servername = servername;
  const secured = { ...address, ...identity, ALPNProtocols: ["h2"], timeout: patience };
  // With TLS 1.3 a server refuses a client after the client's handshake; the first words of HTTP/2 are the server's.
  const refusal = await connectionError(() => tls.connect(secured), "data");
  return refusal && `TLS with ${String(endpoint)} fails (${refusal}). Check cacert, cert, key and servername`;
}

/** Driver options of docker buildx that name files, and what they are for Node. */
const identityFiles = { cacert: "ca", cert: "cert", key: "key" } as const;

function addressOf(endpoint: unknown): { path: string } | { host: string; port: number } | undefined {
  const [, path] = /^unix:\/\/(.+)$/.exec(String(endpoint)) ?? [];
  if (path !== undefined) return { path };
  const [, host, port] = /^tcp:\/\/\[?([\w.:-]+?)\]?:(\d+)$/.exec(String(endpoint)) ?? [];
  return host === undefined ? undefined : { host, port: Number(port) };
}

/** Undefined once `event` has come. */
async function connectionError(
  connect: () => net.Socket,
  event: "connect" | "data",
): Promise<string | undefined> {
  let socket: net.Socket | undefined;
  try {
    socket = connect();
    return await Promise.race([
      once(socket, event).then(() => undefined),
      // A server that is connected and silent is left to the provider.
      once(socket, "timeout").then(() => (event === "connect" ? "no answer" : undefined)),
      once(socket, "close").then(() => "closed"),
    ]);
  } catch (error) {
    // Node throws at once where a certificate's file has something else in it.
    return errorCode(error);
  } finally {
    socket?.destroy();
  }
}

function errorCode(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? "an error";
}
