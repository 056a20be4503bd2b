// Takes programs apart in a worker of its own, with bounds on memory and time: they come from a registry, and what a hostile
// one makes of our memory must not end `pulumi up`. An exhausted heap cannot be caught.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { limits } from "../limits";
import type { BinaryBreakdown } from "./breakdown";
import { isElf } from "./elf";

/** What the worker answers. */
interface Answer {
  found: BinaryBreakdown | undefined;
}

/** The entry for a program that could not be taken apart. */
export function notTakenApart(size: number, note: string): BinaryBreakdown {
  return { size, goVersion: "", packages: [], sections: [{ name: "not taken apart", size }], note };
}

/** The worker's file, without its ending. */
const workerFile = join(__dirname, "worker");

/** A program that was made into one file, as esbuild and webpack do, has no worker beside it. */
function isBundled(file: string): boolean {
  return !existsSync(`${file}.js`) && !existsSync(`${file}.ts`);
}

let worker: Worker | undefined;
let turn: Promise<unknown> = Promise.resolve();

/** Undefined for a file that is not a Go program. The bytes are gone afterwards: they are handed to the worker. One at a time. */
export function takeApart(
  bytes: Buffer,
  { workerMebibytes, workerMilliseconds }: Bounds = limits.program,
  file = workerFile,
): Promise<BinaryBreakdown | undefined> {
  if (isBundled(file)) {
    const external = "keep goimage out of the bundle (esbuild --external:goimage, externals of webpack)";
    const note = `it is not taken apart, since goimage is bundled with the program: ${external}`;
    return Promise.resolve(isElf(bytes) ? notTakenApart(bytes.length, note) : undefined);
  }
  const result = turn.then(() => ask(bytes, workerMebibytes, workerMilliseconds));
  turn = result;
  return result;
}

interface Bounds {
  workerMebibytes: number;
  workerMilliseconds: number;
}

function ask(bytes: Buffer, mebibytes: number, milliseconds: number): Promise<BinaryBreakdown | undefined> {
  const asked = (worker ??= start(mebibytes));
  const size = bytes.length;
  return new Promise((resolve) => {
    const end = (found: BinaryBreakdown | undefined, ended: boolean) => {
      clearTimeout(timer);
      // Not all listeners: Node has some of its own.
      asked.off("message", onMessage).off("error", onError).off("exit", onExit);
      if (ended) {
        worker = undefined;
        // A late error has no other listener.
        asked.on("error", () => undefined);
        void asked.terminate();
      }
      asked.unref();
      resolve(found);
    };
    const onMessage = ({ found }: Answer) => end(found, false);
    const onError = (error: NodeJS.ErrnoException) => {
      const memory = error.code === "ERR_WORKER_OUT_OF_MEMORY";
      end(
        notTakenApart(
          size,
          memory ? "it needs too much memory to be taken apart" : "it cannot be taken apart",
        ),
        true,
      );
    };
    const onExit = () => end(notTakenApart(size, "it cannot be taken apart"), true);
    const timer = setTimeout(
      () => end(notTakenApart(size, `it was not taken apart within ${milliseconds / 1000} s`), true),
      milliseconds,
    );
    asked.ref();
    asked.on("message", onMessage).on("error", onError).on("exit", onExit);
    // A buffer of its own, which can be handed over: Node puts small ones together in one.
    const own =
      bytes.byteOffset === 0 && bytes.byteLength === bytes.buffer.byteLength ? bytes : Buffer.from(bytes);
    const data = own.byteLength === own.buffer.byteLength ? own.buffer : new Uint8Array(own).buffer;
    asked.postMessage(data, [data as ArrayBuffer]);
  });
}

function start(mebibytes: number): Worker {
  // Compiled, or as TypeScript in this package's own tests.
  const load = existsSync(`${workerFile}.js`) ? "" : 'require("ts-node/register/transpile-only");';
  const made = new Worker(`${load}require(${JSON.stringify(workerFile)})`, {
    eval: true,
    resourceLimits: { maxOldGenerationSizeMb: mebibytes, maxYoungGenerationSizeMb: 64, stackSizeMb: 4 },
    stdout: true,
    stderr: true,
  });
  made.unref();
  return made;
}
