// Whether work grows in proportion to its input. No limit on time stands in a test: a busy machine would break it.

import assert from "node:assert/strict";

/** Twice the input takes twice the time when it is linear, and four times when each part looks at all others. */
const mostGrowth = 3;
const tries = 6;
/**
 * Microseconds for twice the input below which garbage collection says more than the work does. Work in the square of
 * 50,000 characters takes many times as long on any machine.
 */
const enough = 100_000;

/** Microseconds of this process on a processor, which other processes do not lengthen. */
function processorTime(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

/**
 * Fails when the work takes more than in proportion to n. The best of several tries counts, as garbage collection and
 * compilation come at any time. Tests that call this have no time limit: a slow machine is not a fault.
 */
export function assertLinear(work: (n: number) => void, n: number, what: string): void {
  let once = Infinity;
  let twice = Infinity;
  for (let tried = 0; tried < tries; tried++) {
    twice = Math.min(
      twice,
      processorTime(() => work(2 * n)),
    );
    if (twice < enough) return;
    once = Math.min(
      once,
      processorTime(() => work(n)),
    );
    if (twice <= mostGrowth * once) return;
  }
  assert.fail(`${what}: ${once} µs for n = ${n}, ${twice} µs for twice as much`);
}

/** The same for a text of up to `length` characters that repeats a piece. */
export function assertLinearText(scan: (text: string) => unknown, piece: string, length = 100_000): void {
  const count = Math.ceil(length / 2 / piece.length);
  assertLinear((n) => void scan(piece.repeat(n)), count, JSON.stringify(piece));
}
