import { createHash } from "node:crypto";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

export const repoRoot = resolve(__dirname, "../..");

/** Where everything lives that the set-up makes. All of it is inside the clone, but for the sockets. */
export interface Layout {
  readonly home: string;
  /** Links to the installed commands; first on the PATH of every child. */
  readonly bin: string;
  /** One folder for each installed tool and version. */
  readonly tools: string;
  /** Half-done things. A folder here means nothing and is wiped at the next start. */
  readonly work: string;
  readonly pulumiHome: string;
  readonly pulumiState: string;
  readonly images: string;
  readonly registry: string;
  readonly docker: string;
  readonly buildkit: string;
  readonly buildx: string;
  readonly log: string;
  /** One JSON file for each service that runs. */
  readonly services: string;
  /** Sockets: their paths must stay under about 100 characters however long the clone's path is. */
  readonly sockets: string;
  /** Tells this clone's bridge, sockets and containers from those of another clone. */
  readonly id: string;
}

export function layout(root: string = repoRoot): Layout {
  const home = join(root, ".toolchain");
  const id = createHash("sha256").update(root).digest("hex").slice(0, 8);
  return {
    home,
    bin: join(home, "bin"),
    tools: join(home, "tools"),
    work: join(home, "work"),
    pulumiHome: join(home, "pulumi"),
    pulumiState: join(home, "state"),
    images: join(home, "images"),
    registry: join(home, "registry"),
    docker: join(home, "docker"),
    buildkit: join(home, "buildkit"),
    buildx: join(home, "buildx"),
    log: join(home, "log"),
    services: join(home, "services"),
    sockets: join(tmpdir(), `goimage-${id}`),
    id,
  };
}
