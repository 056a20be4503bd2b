/** What is built. Each service's main.go has a line `var version = "..."` that an edit changes. */
import { randomBytes } from "node:crypto";
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { mustRun, SetupError } from "../tools/setup/exec";
import { repoRoot } from "../tools/setup/paths";
import { goEnvironment } from "./goTools";
import type { Lab } from "./lab";
import type { Service, Site, Workload } from "./model";

const one: readonly Service[] = [{ name: "service", directory: "." }];

const write = (file: string, text: string): void => {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
};

const copied = (name: string, from: string): Workload => ({
  name,
  services: one,
  create: (directory) => cpSync(join(repoRoot, from), directory, { recursive: true }),
});

/** Two modules of others, about 30 with what they need compiled of the standard library: the demo's service. */
export const quickstart = copied("quickstart", "examples/quickstart/service");

/** gRPC, OpenTelemetry, Prometheus, Redis, cobra and viper: what a service of ordinary weight imports. */
export const telemetry = copied("telemetry", "bench/workloads/telemetry");

/** The quickstart beside files that have nothing to do with it. */
export function withUnrelated(files: number, bytes: number): Workload {
  const size = Math.max(1, Math.floor(bytes / files));
  return {
    name: `${files.toLocaleString("en")} files, ${(bytes / 1e6).toLocaleString("en")} MB`,
    services: one,
    create(directory, lab) {
      void quickstart.create(directory, lab);
      for (let index = 0; index < files; index++) {
        const folder = join(directory, "assets", `d${Math.floor(index / 100)}`);
        if (index % 100 === 0) mkdirSync(folder, { recursive: true });
        // Random: no builder gets it for less by compressing it, or has it already.
        writeFileSync(join(folder, `f${index}`), randomBytes(size));
      }
    },
  };
}

/** A program that imports nothing, and a go.mod with the first `count` of a list of real modules. */
export function withModules(count: number): Workload {
  return {
    name: `${count} modules`,
    services: one,
    async create(directory, lab) {
      const list = readFileSync(join(repoRoot, "bench/workloads/modules.txt"), "utf8").trim().split("\n");
      if (list.length < count) throw new Error(`modules.txt has only ${list.length} of ${count} modules`);
      const require = list.slice(0, count).map((line) => `\t${line} // indirect\n`);
      const block = count === 0 ? "" : `\nrequire (\n${require.join("")})\n`;
      write(join(directory, "go.mod"), `module example.com/modules\n\ngo 1.23.0\n${block}`);
      write(join(directory, "main.go"), mainFile("modules"));
      if (count > 0) await onHost(lab, directory, "mod", "download");
    },
  };
}

/** Services with the quickstart's modules and one library of their own, in a Go workspace. */
export function workspace(count: number): Workload {
  const names = Array.from({ length: count }, (_, index) => `s${String(index + 1).padStart(2, "0")}`);
  return {
    name: `workspace of ${count}`,
    services: names.map((name) => ({ name, directory: `services/${name}` })),
    create(directory) {
      const quick = join(repoRoot, "examples/quickstart/service");
      const goMod = readFileSync(join(quick, "go.mod"), "utf8");
      const use = ["lib", ...names.map((name) => `services/${name}`)].map((path) => `\t./${path}\n`);
      write(join(directory, "go.work"), `go 1.23\n\nuse (\n${use.join("")})\n`);
      write(join(directory, "lib/go.mod"), "module example.com/lib\n\ngo 1.23\n");
      write(join(directory, "lib/lib.go"), 'package lib\n\n// Name of the whole.\nconst Name = "shop"\n');
      for (const name of names) {
        const folder = join(directory, "services", name);
        write(join(folder, "go.mod"), goMod.replace("example.com/quickstart", `example.com/${name}`));
        cpSync(join(quick, "go.sum"), join(folder, "go.sum"));
        write(join(folder, "main.go"), serviceFile(name));
      }
    },
  };
}

const mainFile = (name: string): string =>
  `// Command ${name} says its version.\npackage main\n\nvar version = "dev"\n\nfunc main() { println(version) }\n`;

const serviceFile = (name: string): string => `// Command ${name} is one of the workspace's services.
package main

import (
	"encoding/json"
	"net/http"
	"os"

	"github.com/go-chi/chi/v5"
	"github.com/rs/zerolog"

	"example.com/lib"
)

var version = "dev"

func main() {
	log := zerolog.New(os.Stdout)
	r := chi.NewRouter()
	r.Get("/", func(w http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(w).Encode(map[string]string{"service": lib.Name + "/${name}", "version": version})
	})
	log.Fatal().Err(http.ListenAndServe(":8080", r)).Msg("end")
}
`;

/** Changes one line of one service, so that another binary comes out which has `text` in it. */
export function editLine(site: Site, service: Service, text: string): void {
  const file = join(site.source, service.directory, "main.go");
  const before = readFileSync(file, "utf8");
  const after = before.replace(/^var version = ".*"$/m, `var version = "${text}"`);
  if (after === before) throw new Error(`${file} has no line var version = "..."`);
  writeFileSync(file, after);
}

/** Takes another version of one dependency of the quickstart. */
export async function useDependency(site: Site, version: string): Promise<void> {
  await onHost(site.lab, site.source, "get", `github.com/go-chi/chi/v5@${version}`);
  await onHost(site.lab, site.source, "mod", "tidy");
}

/** Runs this machine's go command in a module, which may write go.mod and go.sum. */
async function onHost(lab: Lab, cwd: string, ...args: string[]): Promise<void> {
  if (!lab.go) throw new SetupError("this workload needs Go on this machine");
  await mustRun("go", args, { cwd, env: { ...goEnvironment(process.env, lab.go), GOFLAGS: "-mod=mod" } });
}
