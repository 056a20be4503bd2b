import { createWriteStream, existsSync } from "node:fs";
import {
  chmod,
  copyFile,
  link,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  writeFile,
} from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { type Checksums, mirrorOf, verifyMirrored } from "./checksums";
import { download } from "./download";
import { mustRun, type RunOptions, SetupError, start } from "./exec";
import { toolFolder } from "./facts";
import { type Layout, repoRoot } from "./paths";
import type { Choice } from "./plan";
import type { Recipe, Target, Tool } from "./versions";

/** Unpacked official archives of this run: two tools may come from one. */
export type Archives = Map<string, Promise<string>>;

/** The log of a build from Go modules. */
const buildLog = (layout: Layout, tool: Tool): string => join(layout.log, `build-${tool.name}.log`);

/** How far a tool is, by the log of its build. */
export async function progressOf(layout: Layout, tool: Tool, choice: Choice): Promise<string> {
  if (choice.source !== "recipe") return choice.source === "download" ? "downloading" : "still at work";
  const text = await readFile(buildLog(layout, tool), "utf8").catch(() => "");
  const lines = text.split("\n").filter((line) => line !== "");
  const downloads = lines.filter((line) => line.startsWith("go: downloading ")).length;
  const compiled = lines.length - downloads;
  if (compiled > 0) return `${compiled} packages compiled, the last one ${lines.at(-1)}`;
  return downloads > 0 ? `${downloads} modules downloaded` : "downloading modules";
}

/** Brings one tool into its folder, whole or not at all. */
export async function install(
  tool: Tool,
  choice: Choice,
  context: { layout: Layout; target: Target; archives: Archives; checksums?: Checksums },
): Promise<void> {
  const { layout, target, archives, checksums } = context;
  if (choice.source === "installed" || choice.source === "debian" || choice.source === "none") return;
  if (choice.source === "path" && !tool.plugin) return;
  const fresh = await scratch(layout, tool.name);
  switch (choice.source) {
    case "path":
      await linkOrCopy(choice.where, join(fresh, basename(choice.where)));
      break;
    case "mirror":
      await verifyMirrored(choice.file, mirrorOf(choice.file));
      await unpackXz(choice.file, join(fresh, tool.commands[0] ?? tool.name));
      break;
    case "download": {
      const { folder } = tool.download?.(target) ?? {};
      if (folder === undefined) {
        const file = await download(choice.url, fresh, checksums);
        await rename(file, join(fresh, tool.commands[0] ?? tool.name));
        break;
      }
      const from = join(await unpacked(choice.url, layout, archives, checksums), folder);
      const missing = tool.commands.find((command) => !existsSync(join(from, command)));
      if (missing) throw new SetupError(`${choice.url} has no ${missing}`);
      for (const command of tool.commands) await copyFile(join(from, command), join(fresh, command));
      break;
    }
    case "recipe":
      if (tool.recipe) await goBuild(tool, tool.recipe, fresh, layout, buildLog(layout, tool));
      break;
  }
  for (const command of tool.commands) await chmod(join(fresh, command), 0o755);
  const place = toolFolder(layout, tool, choice.version);
  await mkdir(dirname(place), { recursive: true });
  await rm(place, { recursive: true, force: true });
  await rename(fresh, place);
}

/** A new empty folder on the same filesystem as the places that things are renamed to. */
export async function scratch(layout: Layout, name: string): Promise<string> {
  await mkdir(layout.work, { recursive: true });
  const folder = await mkdtemp(join(layout.work, `${name}-`));
  await chmod(folder, 0o755);
  return folder;
}

/**
 * Makes bin/ hold exactly the commands that were installed here; one found on PATH needs no link. They are hard
 * links: pulumi takes its language host without a warning only from the folder that it runs in itself.
 */
export async function linkCommands(layout: Layout, tool: Tool, choice: Choice): Promise<void> {
  if (tool.plugin) return;
  await mkdir(layout.bin, { recursive: true });
  for (const command of tool.commands) {
    const path = join(layout.bin, command);
    if (choice.source === "path" || choice.source === "debian" || choice.source === "none") {
      await rm(path, { force: true });
      continue;
    }
    const wanted = join(toolFolder(layout, tool, choice.version), command);
    if ((await fileId(path)) === (await fileId(wanted))) continue;
    const temporary = `${path}.${process.pid}`;
    await linkOrCopy(wanted, temporary);
    await rename(temporary, path);
  }
}

const fileId = (path: string) =>
  lstat(path).then(
    ({ ino, size }) => `${ino} ${size}`,
    () => undefined,
  );

const linkOrCopy = (from: string, to: string) => link(from, to).catch(() => copyFile(from, to));

async function unpackXz(file: string, to: string): Promise<void> {
  const child = start("xz", ["--decompress", "--stdout", "--", file], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exit = new Promise<number | null>((resolve, reject) =>
    child.once("error", reject).once("close", resolve),
  );
  if (child.stdout) await pipeline(child.stdout, createWriteStream(to));
  if ((await exit) !== 0) throw new SetupError(`xz could not unpack ${file}`);
}

function unpacked(url: string, layout: Layout, archives: Archives, checksums?: Checksums): Promise<string> {
  const known = archives.get(url);
  if (known) return known;
  const folder = (async () => {
    const into = await scratch(layout, "download");
    const archive = await download(url, into, checksums);
    await mustRun("tar", ["-xzf", archive, "-C", into]);
    return into;
  })();
  archives.set(url, folder);
  return folder;
}

/** Builds from Go modules. The user's own Go settings that would change the result are set aside. */
async function goBuild(tool: Tool, recipe: Recipe, into: string, layout: Layout, log: string): Promise<void> {
  // Not an empty GOFLAGS: for that Go falls back on what `go env -w` wrote.
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    GOFLAGS: "-mod=readonly",
    GOWORK: "off",
    CGO_ENABLED: "0",
  };
  for (const name of ["GOOS", "GOARCH", "GOEXPERIMENT", "GO111MODULE"]) delete env[name];
  const folder = join(repoRoot, "tools/recipes", recipe.folder);
  // -v names each package that is compiled: that is the progress which the log shows.
  const flags = ["-v", "-trimpath", "-ldflags", `-s -w ${recipe.ldflags}`];
  let options = { cwd: folder, env, log };
  if (recipe.edit)
    options = { ...options, cwd: await editedCopy(recipe.edit, await scratch(layout, "edit"), options) };
  const packages = recipe.edit ? ["."] : recipe.packages;
  // A program may have another name than its package.
  const isOne = recipe.packages.length === 1;
  const output = isOne ? join(into, tool.commands[0] ?? "") : `${into}/`;
  // It keeps all cores busy for minutes; tests may run beside it.
  await mustRun("nice", ["go", "build", ...flags, "-o", output, ...packages], options);
  if (recipe.script) {
    const { module, file } = recipe.script;
    const { Dir } = JSON.parse(await mustRun("go", ["mod", "download", "-json", module], options)) as Module;
    await copyFile(join(Dir, file), join(into, basename(file)));
  }
}

/** What go mod download says of a module. */
interface Module {
  Dir: string;
}

/** A program's own folder out of its module, with the recipe's versions of everything else. */
async function editedCopy(
  { module, folder, file, from, to }: NonNullable<Recipe["edit"]>,
  copy: string,
  options: RunOptions & { cwd: string },
): Promise<string> {
  const { Dir } = JSON.parse(await mustRun("go", ["mod", "download", "-json", module], options)) as Module;
  for (const name of ["go.mod", "go.sum"]) await copyFile(join(options.cwd, name), join(copy, name));
  for (const name of await readdir(join(Dir, folder))) {
    if (name.endsWith("_test.go")) continue;
    const source = await readFile(join(Dir, folder, name), "utf8");
    if (name === file && !source.includes(from))
      throw new SetupError(`${module} has another ${file} than expected`);
    await writeFile(join(copy, name), name === file ? source.replaceAll(from, to) : source);
  }
  return copy;
}
