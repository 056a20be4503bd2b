import { SetupError } from "./exec";
import { red, say } from "./ui";

/** A wrong command line: the usage is printed with it, and the exit code is 2. */
export class UsageError extends Error {}

const isUsage = (error: unknown): error is Error =>
  error instanceof UsageError ||
  (error instanceof Error && "code" in error && String(error.code).startsWith("ERR_PARSE_ARGS_"));

/** Runs a command of tools/ and turns its failure into a message and an exit code. */
export async function runCommand(usage: string, run: () => Promise<number>): Promise<number> {
  try {
    return await run();
  } catch (error) {
    if (isUsage(error)) {
      say(`${error.message}\n\n${usage}`);
      return 2;
    }
    // What a user can act on has no stack; anything else is a fault of ours.
    const text =
      error instanceof SetupError ? error.message : error instanceof Error ? error.stack : String(error);
    say(`${red("error:")} ${text}`);
    return 1;
  }
}
