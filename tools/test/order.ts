/** Tests in an order that a number decides: whoever has the number has the order. */

/** Numbers from 0 to 1, the same ones for a seed (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function shuffle<T>(items: T[], random: () => number): void {
  for (let last = items.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    [items[last], items[other]] = [items[other] as T, items[last] as T];
  }
}

interface Suite {
  readonly suites: Suite[];
  readonly tests: unknown[];
}

/** Files, which are the suites at the top, suites in a suite, and tests in a suite. */
export function shuffleSuite(suite: Suite, random: () => number): void {
  shuffle(suite.suites, random);
  shuffle(suite.tests, random);
  for (const inner of suite.suites) shuffleSuite(inner, random);
}

/** The seed that the environment names, or in CI a new one; undefined for the order of the files' names. */
export function seedFrom(env: NodeJS.ProcessEnv, now: number): number | undefined {
  const named = env["GOIMAGE_TEST_SEED"];
  if (named !== undefined && named !== "") return Number(named);
  return env["CI"] === "true" ? now % 1_000_000 : undefined;
}
