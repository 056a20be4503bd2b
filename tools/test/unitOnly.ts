/**
 * Loaded before unit tests, which start no program but those that every Linux and Mac has and those that they wrote themselves, and
 * open no connection but to loopback: else a test would pass on one machine and fail on another. Others are in test/go.
 */
import childProcess, { ChildProcess } from "node:child_process";
import { accessSync, constants, realpathSync } from "node:fs";
import net from "node:net";
import { tmpdir } from "node:os";
import { basename, delimiter, isAbsolute, join, sep } from "node:path";

const everywhere = new Set(["sh", "bash", "tar", "dd", "mkfifo", "openssl", "which", "ps"]);
const temporary = realpathSync(tmpdir()) + sep;

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Where a program would be found; undefined where there is none, as a test may well want it. */
function found(file: string, searched: string): string | undefined {
  const places = isAbsolute(file) ? [file] : searched.split(delimiter).map((folder) => join(folder, file));
  return places.find(isExecutable);
}

function assertAllowed(file: string, searched = process.env["PATH"] ?? ""): void {
  if (file === process.execPath || everywhere.has(basename(file))) return;
  const path = found(file, searched);
  if (path === undefined || realpathSync(path).startsWith(temporary)) return;
  throw new Error(`a unit test starts ${path}: tests that need other programs are in test/go`);
}

/** All of the asynchronous ways to start a program end here. */
interface Spawned {
  spawn: (this: Spawned, options: { file: string; envPairs?: string[] }) => number;
}
const prototype = ChildProcess.prototype as unknown as Spawned;
const spawn: Spawned["spawn"] = Reflect.get(prototype, "spawn");
prototype.spawn = function (this: Spawned, options) {
  const searched = options.envPairs?.find((pair) => pair.startsWith("PATH="))?.slice("PATH=".length);
  assertAllowed(options.file, searched);
  return spawn.call(this, options);
};
for (const name of ["spawnSync", "execFileSync"] as const) {
  const original = childProcess[name] as (file: string, ...rest: unknown[]) => unknown;
  Object.assign(childProcess, {
    [name]: (file: string, ...rest: unknown[]) => {
      const options = rest.at(-1) as { env?: NodeJS.ProcessEnv } | undefined;
      assertAllowed(file, options?.env?.["PATH"]);
      return original(file, ...rest);
    },
  });
}

const loopback = /^(localhost|127\.\d+\.\d+\.\d+|::1|::ffff:127\.\d+\.\d+\.\d+)$/;
type Connect = (this: net.Socket, ...args: unknown[]) => net.Socket;
const connect = Reflect.get(net.Socket.prototype, "connect") as Connect;
(net.Socket.prototype as { connect: Connect }).connect = function (...args) {
  // Node calls it with its arguments in one array.
  const [first] = (Array.isArray(args[0]) ? args[0] : args) as unknown[];
  const { host, path } = (typeof first === "object" && first !== null ? first : {}) as Record<string, string>;
  if (path === undefined && host !== undefined && !loopback.test(host))
    throw new Error(`a unit test connects to ${host}: only loopback is allowed`);
  return connect.apply(this, args);
};
