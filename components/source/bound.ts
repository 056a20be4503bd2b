// The directory beyond which nothing is read, whatever the source says: a go.mod, a link or an #include of a pull request must
// not reach the files of the machine that runs Pulumi.

import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { quoteValue, type Problem } from "../inputs";

/** True for a path that is `directory` or lies below it. */
export function isWithin(directory: string, place: string): boolean {
  const relative = path.relative(directory, place);
  return relative !== ".." && !relative.startsWith(`..${path.sep}`) && !path.isAbsolute(relative);
}

/**
 * The bound for a source directory: the one that the input sourceRoot names; else the repository; else the nearest directory
 * that holds both the Pulumi project and the source; else the source's own module. All paths are real ones.
 */
export function boundOf(
  source: string,
  sourceRoot: string | undefined,
): { bound: string; problem?: undefined } | { bound?: undefined; problem: Problem } {
  if (sourceRoot !== undefined) return namedBound(source, sourceRoot);
  const candidates = [repositoryOf(source), commonDirectory([projectDirectory(), source]), moduleOf(source)];
  const bound = candidates.find((place) => place !== undefined && tooWide(place) === undefined);
  if (bound !== undefined) return { bound };
  const wide = tooWide(moduleOf(source) ?? source) ?? "";
  const reason = `belongs to the go.mod or go.work in ${wide}, so the build would span that whole directory; give the service a directory with a go.mod of its own`;
  return { problem: { propertyPath: "source", reason } };
}

function namedBound(source: string, sourceRoot: string): ReturnType<typeof boundOf> {
  const wrong = (reason: string) => ({
    problem: { propertyPath: "sourceRoot", reason: `${quoteValue(sourceRoot)} ${reason}` },
  });
  const directory = path.resolve(sourceRoot);
  if (fs.statSync(directory, { throwIfNoEntry: false })?.isDirectory() !== true)
    return wrong("is not a directory; name the directory that holds all modules that the build reads");
  const bound = fs.realpathSync(directory);
  const wide = tooWide(bound);
  if (wide !== undefined)
    return wrong(
      `is ${wide}, and source code could then put any file in it into the image; name a directory below it`,
    );
  if (!isWithin(bound, source)) return wrong("does not hold source; name a directory that does");
  return { bound };
}

/** What a directory is that holds too much to be read for an image; undefined for any other. */
export function tooWide(directory: string): string | undefined {
  const { root } = path.parse(directory);
  if (directory === root) return "the root directory";
  const home = realOr(os.homedir());
  if (isWithin(directory, home))
    return directory === home ? "the home directory" : "a directory of home directories";
  const homes = ["/home", "/Users"];
  if (homes.includes(directory)) return "a directory of home directories";
  if (directory === "/root" || homes.includes(path.dirname(directory))) return "a home directory";
  if (["/proc", "/sys", "/dev"].some((place) => isWithin(place, directory)))
    return "a directory of the system";
  // Such as /tmp: what lies there is other people's.
  const { mode } = fs.statSync(directory);
  return process.platform !== "win32" && (mode & 0o1002) === 0o1002
    ? "a directory that everybody writes to"
    : undefined;
}

function realOr(directory: string): string {
  try {
    return fs.realpathSync(directory);
  } catch {
    return directory;
  }
}

/** Directories that hold a place, the place itself first. */
function* upwardsOf(place: string): Generator<string> {
  for (let current = place; ; current = path.dirname(current)) {
    yield current;
    if (current === path.dirname(current)) return;
  }
}

export function nearest(place: string, ...names: readonly string[]): string | undefined {
  for (const directory of upwardsOf(place))
    if (names.some((name) => fs.lstatSync(path.join(directory, name), { throwIfNoEntry: false })))
      return directory;
  return undefined;
}

/** The nearest directory with a .git. Of a submodule, the repository around it that keeps the submodule's data. */
function repositoryOf(place: string): string | undefined {
  const found = nearest(place, ".git");
  if (found === undefined) return undefined;
  const data = gitDirectory(found);
  for (const directory of upwardsOf(path.dirname(found))) {
    if (data === undefined || directory === found) break;
    const outer =
      fs.lstatSync(path.join(directory, ".git"), { throwIfNoEntry: false }) && gitDirectory(directory);
    if (outer !== undefined && isWithin(path.join(outer, "modules"), data)) return repositoryOf(directory);
  }
  return found;
}

/** Where git keeps the data of a work tree; a submodule or a linked work tree has a file that says so (gitrepository-layout). */
function gitDirectory(workTree: string): string | undefined {
  const entry = path.join(workTree, ".git");
  try {
    if (!fs.statSync(entry).isFile()) return fs.realpathSync(entry);
    if (fs.statSync(entry).size > longestGitFile) return undefined;
    const named = /^gitdir: (.+)/.exec(fs.readFileSync(entry, "utf8"))?.[1];
    return named === undefined ? undefined : fs.realpathSync(path.resolve(workTree, named.trim()));
  } catch {
    return undefined;
  }
}

const longestGitFile = 16 * 1024;

/** The Pulumi project around the program's directory. */
function projectDirectory(): string {
  const program = process.cwd();
  return nearest(program, "Pulumi.yaml", "Pulumi.yml", "Pulumi.json") ?? program;
}

function moduleOf(source: string): string | undefined {
  return nearest(source, "go.mod");
}

export function commonDirectory(directories: readonly string[]): string {
  const [first = "", ...others] = directories;
  let common = first;
  while (!others.every((other) => isWithin(common, other)) && common !== path.dirname(common))
    common = path.dirname(common);
  return common;
}
