// Runs one of docker's credential helpers (docker-credential-NAME get): the server goes in on stdin, JSON comes out.
import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { cleanLine } from "../../text";
import { CredentialError } from "./error";

interface HelperAnswer {
  username: string;
  secret: string;
}

const longestAnswer = 1024 * 1024;
const notFound = "credentials not found in native keychain";

/** Who has the helpers that people meet. Others come with what wrote the file. */
const sources: Readonly<Record<string, string>> = {
  desktop: "it comes with Docker Desktop",
  "ecr-login": "it is the package amazon-ecr-credential-helper",
  gcloud: "it comes with the Google Cloud CLI",
  gcr: "it is docker-credential-gcr of GoogleCloudPlatform",
  "acr-env": "it is the package docker-credential-acr-env",
  pass: "it is one of docker's credential helpers (github.com/docker/docker-credential-helpers)",
  secretservice: "it is one of docker's credential helpers (github.com/docker/docker-credential-helpers)",
  osxkeychain: "it is one of docker's credential helpers (github.com/docker/docker-credential-helpers)",
  wincred: "it is one of docker's credential helpers (github.com/docker/docker-credential-helpers)",
};

function notInstalled(name: string, file: string): string {
  const source = Object.hasOwn(sources, name) ? `: ${sources[name] ?? ""}` : "";
  return (
    `is not installed, or not in PATH${source}. Install it, or remove "${name}" from credsStore and credHelpers in ${file} and run ` +
    "docker login again, or set registry.username and registry.password on the image"
  );
}

interface Finished {
  code: number | null;
  output: string;
}

/** Asks helper `name`, which `file` names, for `server`; undefined when the helper has nothing for it. */
export async function askHelper(
  name: string,
  server: string,
  file: string,
  env: NodeJS.ProcessEnv,
  timeoutMs = 10_000,
): Promise<HelperAnswer | undefined> {
  // The name becomes part of a program's name: a separator would run a program from anywhere.
  if (!/^[A-Za-z0-9][\w.-]*$/.test(name)) {
    throw new CredentialError(
      `the name of a credential helper in ${file} is not valid: use letters, digits, . _ -`,
    );
  }
  const program = `docker-credential-${name}`;
  const { code, output } = await run(name, server, file, env, timeoutMs);
  if (code === 0) return parseAnswer(output, program, file, server);
  // Helpers print errors on stdout; this exact text is how the protocol says "nothing stored".
  if (output.includes(notFound)) return undefined;
  throw new CredentialError(
    `${program} (named in ${file}) failed for ${server} with exit code ${code ?? "none"}: ${cleanLine(output, { longest: 200 })}`,
  );
}

async function run(
  name: string,
  server: string,
  file: string,
  env: NodeJS.ProcessEnv,
  timeoutMs: number,
): Promise<Finished> {
  const { spawn } = await import("node:child_process");
  const program = `docker-credential-${name}`;
  return new Promise((resolve, reject) => {
    const child = spawn(program, ["get"], { env, shell: false, windowsHide: true });
    const chunks: Buffer[] = [];
    let length = 0;
    const give = (reason: string): void => {
      abandon(child);
      clearTimeout(timer);
      reject(new CredentialError(`${program} (named in ${file}) ${reason}`));
    };
    const timer = setTimeout(
      () => give(`did not answer for ${server} within ${timeoutMs / 1000} s`),
      timeoutMs,
    );
    child.on("error", (error: NodeJS.ErrnoException) =>
      give(error.code === "ENOENT" ? notInstalled(name, file) : `cannot be run: ${error.message}`),
    );
    child.stdin.on("error", () => undefined); // A helper may exit before it reads; its exit code tells the rest.
    child.stderr.resume();
    child.stdout.on("data", (chunk: Buffer) => {
      length += chunk.length;
      chunks.push(chunk);
      if (length > longestAnswer) give("answered with more than 1 MiB");
    });
    child.on("close", (code) => {
      clearTimeout(timer);
      resolve({ code, output: Buffer.concat(chunks).toString("utf8") });
    });
    child.stdin.end(server);
  });
}

// A helper's own child can outlive it and hold the pipes: they are closed here, so that this program can exit.
function abandon(child: ChildProcessWithoutNullStreams): void {
  child.kill("SIGKILL");
  child.stdin.destroy();
  child.stdout.destroy();
  child.stderr.destroy();
  child.unref();
}

function parseAnswer(
  output: string,
  program: string,
  file: string,
  server: string,
): HelperAnswer | undefined {
  let answer: unknown;
  try {
    answer = JSON.parse(output);
  } catch {
    // The text is not repeated: it may be a secret in a form that is not understood.
    throw new CredentialError(`${program} (named in ${file}) did not answer with JSON for ${server}`);
  }
  const { Username: username, Secret: secret } = (answer ?? {}) as { Username?: unknown; Secret?: unknown };
  // An empty object is how some helpers say that they have nothing.
  if (username === undefined && secret === undefined) return undefined;
  if (typeof username !== "string" || typeof secret !== "string") {
    throw new CredentialError(
      `${program} (named in ${file}) answered without Username and Secret for ${server}`,
    );
  }
  return username === "" && secret === "" ? undefined : { username, secret };
}
