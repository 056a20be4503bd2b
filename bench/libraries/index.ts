// Our tar reader beside libraries that read tar, and the zstd and proxy libraries that we use beside others:
// `npm run bench:libraries`. Size, speed, and for tar what Go's archive/tar, which unpacks images, makes of damaged archives.

import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { table } from "../../tools/setup/ui";
import { compared, install, librariesIn } from "./libraries";
import { compareProxyAgents } from "./proxyAgents";
import { compareTarReaders } from "./tarReaders";
import { compareZstd } from "./zstd";

async function main(): Promise<void> {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), "goimage-libraries-"));
  try {
    console.log(`installs for this comparison alone: ${compared.join(", ")}\n`);
    install(directory, compared);
    for (const compare of [compareTarReaders, compareZstd, compareProxyAgents])
      console.log(`${table(await compare(librariesIn(directory)))}\n`);
  } finally {
    fs.rmSync(directory, { recursive: true, force: true });
  }
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
