// The example of each language as a project of its own, with the example service beside it, and the ways in which a plugin
// reaches Pulumi.

import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { which } from "../../../../tools/setup/exec";
import { makeTree } from "../../../support/module";
import { builder } from "../project/environment";
import { Project, repositoryRoot, run } from "../project/project";

export type Language = "yaml" | "python" | "go" | "typescript-sdk";

interface Details {
  /** The program's file. */
  program: string;
  /** Puts a repository and a builder where the example has its repository. */
  place: (text: string, repository: string) => string;
  /** Programs that run it. */
  commands: string[];
  /** Makes the SDK, and what else the program needs; gives the environment for it. */
  prepare: (directory: string) => Promise<Record<string, string>>;
}

const example = "registry.example.com/team/api";
const { version } = JSON.parse(fs.readFileSync(path.join(repositoryRoot, "package.json"), "utf8")) as {
  version: string;
};

const languages: Record<Language, Details> = {
  yaml: {
    program: "Pulumi.yaml",
    place: (text, repository) =>
      text.replace(`repository: ${example}`, `repository: ${repository}\n      builder: ${builder}`),
    commands: ["pulumi-language-yaml"],
    prepare: () => Promise.resolve({}),
  },
  python: {
    program: "__main__.py",
    place: (text, repository) =>
      text.replace(`repository="${example}",`, `repository="${repository}",\n    builder="${builder}",`),
    commands: ["pulumi-language-python", "sdkgen", "python3"],
    prepare: async (directory) => {
      const sdk = await generate("python", makeTree({}));
      const environment = path.join(directory, "venv");
      await ok("python3", ["-m", "venv", environment], directory);
      const packages = [`pulumi==${pulumiVersion()}`, sdk];
      await ok(path.join(environment, "bin/pip"), ["install", "--quiet", ...packages], directory);
      return { PATH: `${path.join(environment, "bin")}:${process.env["PATH"]}` };
    },
  },
  go: {
    program: "main.go",
    place: (text, repository) =>
      text.replace(
        `pulumi.String("${example}"),`,
        `pulumi.String("${repository}"),\n\t\t\tBuilder: pulumi.StringRef("${builder}"),`,
      ),
    commands: ["pulumi-language-go", "sdkgen", "go"],
    prepare: async (directory) => {
      const module = "example.com/pulumi-goimage/sdk/go/goimage";
      const sdk = await generate("go", path.join(directory, "sdks"));
      fs.writeFileSync(path.join(sdk, "goimage/go.mod"), `module ${module}\n\ngo 1.24\n`);
      fs.writeFileSync(
        path.join(directory, "go.mod"),
        `module example.com/infra\n\ngo 1.24\n\nrequire github.com/pulumi/pulumi/sdk/v3 v${pulumiVersion()}\n\n` +
          `replace ${module} => ./sdks/goimage\n`,
      );
      await ok("go", ["mod", "tidy"], directory, { GOFLAGS: "-mod=mod" });
      return {};
    },
  },
  "typescript-sdk": {
    program: "index.ts",
    place: (text, repository) =>
      text.replace(`repository: "${example}",`, `repository: "${repository}", builder: "${builder}",`),
    commands: ["sdkgen"],
    prepare: async (directory) => {
      const sdk = await generate("nodejs", path.join(directory, "sdks/goimage"));
      const modules = path.join(directory, "node_modules");
      fs.mkdirSync(path.join(modules, "@pulumi"), { recursive: true });
      const link = (name: string) =>
        fs.symlinkSync(path.join(repositoryRoot, "node_modules", name), path.join(modules, name));
      ["@pulumi/pulumi", "@types", "typescript", "ts-node", "undici-types"].forEach(link);
      fs.symlinkSync(sdk, path.join(modules, "@pulumi/goimage"));
      // As its postinstall script does.
      const tsc = path.join(repositoryRoot, "node_modules/typescript/bin/tsc");
      const options = ["--ignoreDeprecations", "6.0", "--types", "node", "--rootDir", "."];
      await ok(process.execPath, [tsc, "-p", sdk, ...options], sdk);
      fs.copyFileSync(path.join(sdk, "package.json"), path.join(sdk, "bin/package.json"));
      return {};
    },
  },
};

/** What is missing to run programs in a language; undefined when nothing is. */
export function missingLanguage(language: Language): string | undefined {
  const missing = languages[language].commands.filter((command) => which(command) === undefined);
  if (missing.length === 0) return undefined;
  return `${missing.join(", ")} not on PATH: npm run setup -- --languages builds the hosts`;
}

/** A stack of the language's example. It has nothing of npm's but what the language needs. */
export class LanguageProject extends Project {
  constructor(
    private readonly language: Language,
    private readonly plugin: Record<string, string>,
  ) {
    super("", {}, language, plugin);
    const { program, place } = languages[language];
    fs.rmSync(this.directory, { recursive: true });
    this.copy(path.join("examples", language), ".");
    this.copy("examples/quickstart/service", "service");
    const text = this.read(program).replace("../quickstart/service", "service");
    this.write({ [program]: place(text, `${this.repository}/api`) });
  }

  /** Makes what the program needs beside itself. */
  async prepare(): Promise<void> {
    const more = await languages[this.language].prepare(this.directory);
    // Both may have a PATH: the language's programs come first.
    const both = [more["PATH"], this.plugin["PATH"]].filter((part) => part !== undefined);
    Object.assign(this.plugin, more, both.length > 0 && { PATH: both.join(":") });
  }
}

const quiet = ["--ignore-scripts", "--loglevel=error"];

/** The npm package's tarball. */
async function packed(directory: string): Promise<string> {
  await ok("npm", ["pack", ...quiet, "--pack-destination", directory], repositoryRoot);
  return path.join(directory, `goimage-${version}.tgz`);
}

/** The plugin on PATH, as `npm install --global` puts it there. */
export async function npmPlugin(): Promise<Record<string, string>> {
  const prefix = makeTree({});
  const install = ["install", ...quiet, "--no-audit", "--no-fund", "--global", "--prefix", prefix];
  await ok("npm", [...install, await packed(prefix)], prefix);
  return { PATH: `${path.join(prefix, "bin")}:${process.env["PATH"]}` };
}

/** The plugin where `pulumi plugin install --file` puts it: in a home of its own, beside the other plugins. */
export async function archivePlugin(): Promise<Record<string, string>> {
  const output = makeTree({});
  await ok(process.execPath, ["tools/run.mjs", "plugin", "--output", output], repositoryRoot);
  const home = homeWithEngines(output);
  const archive = path.join(output, `pulumi-resource-goimage-v${version}.tar.gz`);
  const words = ["plugin", "install", "resource", "goimage", `v${version}`, "--file", archive];
  await ok("pulumi", words, output, { PULUMI_HOME: home });
  return { PULUMI_HOME: home };
}

/** Why `pulumi package add FOLDER` cannot be tried; undefined when it can. */
export function missingNodeHost(): string | undefined {
  const { status, stdout } = spawnSync("pulumi-language-nodejs", ["-version"], { encoding: "utf8" });
  // Hosts that can be built from Go modules are older than packages from folders.
  if (status === 0 && /^v?3\.(?:2[4-9]|[3-9])\d/.test(stdout)) return undefined;
  return "Pulumi's current Node language host is in no registry: put it beside a pulumi on PATH";
}

/** The folder of the npm package, and a home in which Pulumi finds the plugins of its dependencies. */
export async function folderPlugin(): Promise<{ folder: string; env: Record<string, string> }> {
  const place = makeTree({});
  await ok("tar", ["-xf", await packed(place)], place);
  const folder = path.join(place, "package");
  const manifest = path.join(folder, "package.json");
  const text = fs.readFileSync(manifest, "utf8");
  fs.writeFileSync(manifest, text.replace(/("@pulumi\/[\w-]+": )"\^/g, '$1"'));
  const home = homeWithEngines(place);
  // Pulumi looks for it, and this test does not start it.
  const docker = path.join(home, "plugins/resource-docker-v5.0.0");
  fs.mkdirSync(docker, { recursive: true });
  const program = path.join(docker, "pulumi-resource-docker");
  if (!fs.existsSync(program)) fs.writeFileSync(program, "#!/bin/sh\nexit 1\n", { mode: 0o755 });
  return { folder, env: { PULUMI_HOME: home } };
}

/** A home for Pulumi with the engines' plugins. */
function homeWithEngines(directory: string): string {
  const home = path.join(directory, "home");
  const plugins = path.join(process.env["PULUMI_HOME"] ?? "", "plugins");
  fs.cpSync(plugins, path.join(home, "plugins"), {
    recursive: true,
    filter: (name) => name === plugins || name.includes("resource-docker"),
  });
  return home;
}

/** Writes the SDK of the package schema; gives its directory. */
async function generate(language: string, directory: string): Promise<string> {
  await ok("sdkgen", ["provider/schema.json", language, directory], repositoryRoot);
  return directory;
}

async function ok(
  program: string,
  args: string[],
  directory: string,
  env: Record<string, string> = {},
): Promise<void> {
  const { code, output } = await run(program, args, directory, env);
  assert.equal(code, 0, `${program} ${args.join(" ")}: ${output}`);
}

/** SDKs of the engine's version. */
function pulumiVersion(): string {
  return execFileSync("pulumi", ["version"], { encoding: "utf8" }).trim().replace(/^v/, "");
}
