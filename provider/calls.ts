// The construct calls of the plugin, which the engine makes side by side in one process. Pulumi's server answers all of them with
// an error that nobody caught, whichever resource it belongs to, and the engine ends the run at the first one that is answered with
// an error. Here each answers for itself, and one that failed waits for the others, so that they end as if it were not there.

import { AsyncLocalStorage } from "node:async_hooks";
import { setImmediate as nextTurn } from "node:timers/promises";

interface Call {
  failures: Set<unknown>;
  fail: (error: unknown) => void;
  stop: () => void;
}

const current = new AsyncLocalStorage<Call>();
/** Calls that are neither done nor failed. */
const running = new Set<Call>();
/** Calls that have failed and wait for the others. */
let waiting: (() => void)[] = [];

/**
 * Answers one call. It fails with all errors that are its own, once no other call is running; undefined when the run is over, and
 * nobody waits for an answer any more.
 */
export async function answer<T extends object>(
  construct: () => Promise<T>,
  failure: (errors: unknown[]) => Error,
): Promise<T | undefined> {
  const failures = new Set<unknown>();
  let call: Call | undefined;
  const ended = new Promise<undefined>((stop, fail) => {
    call = { failures, fail, stop: () => stop(undefined) };
    running.add(call);
  });
  const leave = () => {
    if (call && running.delete(call) && running.size === 0) release();
  };
  try {
    return await current.run(call as unknown as Call, () => Promise.race([construct(), ended]));
  } catch (error) {
    failures.add(error);
    leave();
    if (running.size > 0) await new Promise<void>((resolve) => waiting.push(resolve));
    // Where another one is just done, its answer goes first.
    await nextTurn();
    throw failure([...failures]);
  } finally {
    leave();
  }
}

function release(): void {
  const released = waiting;
  waiting = [];
  for (const resolve of released) resolve();
}

/** Has the call that an error belongs to fail, where nobody caught it; false where it belongs to none. */
export function failCall(error: unknown): boolean {
  const call = current.getStore();
  if (call === undefined) return false;
  call.failures.add(error);
  call.fail(error);
  return true;
}

/** When the run is over, the engine complains about each answer that is still missing. */
export async function stopCalls(): Promise<void> {
  for (const call of running) call.stop();
  release();
  // Gives the answers time to leave.
  for (let turn = 0; turn < 3; turn++) await nextTurn();
}
