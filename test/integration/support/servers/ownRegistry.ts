// A real registry of a test's own, on a free port, that wants a password or a token.

import { spawn } from "node:child_process";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { which } from "../../../../tools/setup/exec";
import { makeTree } from "../../../support/module";
import { freePort } from "./freePort";

export interface OwnRegistry {
  /** `host:port`, plain http. */
  host: string;
  close(): void;
}

/** Who may use a registry with Basic authentication. */
export const user = "robot";
export const password = "correct-horse-1";
// bcrypt of the password, with few rounds: each request of a push computes it.
const htpasswd = `${user}:$2y$04$d9WYwfWbDF9x8UXLtujfL.cMdwRqaR53afEVEcWrbep8h.shfZjpC\n`;

/** Why no registry can be started here; undefined when one can. */
export function missingRegistry(): string | undefined {
  return command() === undefined ? "no registry command is in PATH" : undefined;
}

export function startBasicRegistry(): Promise<OwnRegistry> {
  return startRegistry({ htpasswd }, (file) => `htpasswd: { realm: tests, path: ${file("htpasswd")} }`);
}

/** `certificate`: PEM text of the authority that signed the key of the tokens. */
export function startTokenRegistry(realm: string, certificate: string): Promise<OwnRegistry> {
  return startRegistry(
    { "ca.pem": certificate },
    (file) =>
      `token: { realm: ${JSON.stringify(realm)}, service: tests, issuer: tests, rootcertbundle: ${file("ca.pem")} }`,
  );
}

const command = () => which("registry") ?? which("docker-registry");

async function startRegistry(
  files: Record<string, string>,
  auth: (file: (name: string) => string) => string,
): Promise<OwnRegistry> {
  const host = `127.0.0.1:${await freePort()}`;
  const directory = makeTree(files);
  const file = (name: string) => JSON.stringify(path.join(directory, name));
  const config = makeTree({
    "config.yml": `version: 0.1
log: { level: error, accesslog: { disabled: true } }
storage: { filesystem: { rootdirectory: ${file("data")} }, delete: { enabled: true } }
http: { addr: ${JSON.stringify(host)} }
auth: { ${auth(file)} }
`,
  });
  const child = spawn(command() ?? "registry", ["serve", path.join(config, "config.yml")], {
    env: { ...process.env, OTEL_TRACES_EXPORTER: "none" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()));
  const stop = () => void child.kill("SIGKILL");
  process.once("exit", stop);
  for (let tries = 0; tries < 200; tries++) {
    if (child.exitCode !== null) break;
    const answer = await fetch(`http://${host}/v2/`).catch(() => undefined);
    if (answer?.status === 401) return { host, close: stop };
    await sleep(50);
  }
  stop();
  throw new Error(`the registry does not answer:\n${output}`);
}
