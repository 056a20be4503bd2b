// `npm run soak`: many ups in a row (200, or as many as the first argument says). None of them may change anything.

import { soak } from "../test/integration/support/project/soak";

async function main(): Promise<number> {
  const ups = Number(process.argv[2] ?? 200);
  const start = Date.now();
  let changed = 0;
  await soak(ups, (changes, surroundings, up) => {
    const others = Object.keys(changes).filter((operation) => operation !== "same");
    if (others.length > 0) {
      changed++;
      console.log(`up ${up} (${surroundings}): ${JSON.stringify(changes)}`);
    }
    if (up % 10 === 0) console.log(`${up} of ${ups} ups, ${changed} with changes`);
  });
  const seconds = (Date.now() - start) / 1000;
  console.log(
    `${ups} ups, ${changed} with changes, ${(seconds / ups).toFixed(1)} s each on this machine as it was`,
  );
  return changed === 0 ? 0 : 1;
}

void main().then((code) => (process.exitCode = code));
