// What an image runs beside the Go program, judged before the build: by the files that are shipped, and by what the base image is
// known to hold. Of another base image nothing is said here; the pushed image is looked at (deploy/image/checks.ts).

import * as path from "node:path";
import { imageCommands, knownBase, quoteValue, type ImageSpec, type Problem } from "../inputs";
import { shebang } from "../text";
import type { Tree } from "./tree";

/** Names that people expect to be everywhere, and that Alpine has only as packages, or not at all. */
const notInAlpine =
  /^(bash|zsh|dash|ksh|fish|tcsh|python[\d.]*|perl|ruby|node|php|curl|jq|tini|dumb-init|grpc_health_probe)$/;
/** Where nobody mounts anything. */
const binDirectory = /^\/(usr\/)?(local\/)?s?bin\/[^/]+$/;
/** Directories that Alpine has at its root. */
const inAlpine = /^\/(bin|dev|etc|home|lib|media|mnt|opt|proc|root|run|s?bin|srv|sys|tmp|usr|var)(\/|$)/;

/** What an image holds, as far as it is known. */
interface Contents {
  spec: ImageSpec;
  tree: Tree;
  /** Shipped files of the tree, by their path in the image. */
  files: ReadonlyMap<string, string>;
}

/** What is wrong with the commands of an image. */
interface Judgement {
  problems: Problem[];
  /** What a mount could still put right: a program by a path of its own that is not in the image. */
  warnings: string[];
}

/** `shipped` are files of the tree, and `sourceDirectory` is what their names in the image are relative to. */
export function judgeCommands(
  spec: ImageSpec,
  tree: Tree,
  sourceDirectory: string,
  shipped: readonly string[],
): Judgement {
  const inImage = (file: string) =>
    path.posix.join(spec.runtime.workingDirectory, path.posix.relative(sourceDirectory, file));
  const contents = { spec, tree, files: new Map(shipped.map((file) => [inImage(file), file])) };
  const judged: Judgement = { problems: [], warnings: [] };
  for (const { input, words, paths } of imageCommands(spec.runtime)) {
    const [program = "", ...others] = words;
    const add = (reason: string) => judged.problems.push({ propertyPath: input, reason });
    const found = paths.find((each) => contents.files.has(each));
    const lacking = found === undefined ? missing(contents, program, paths) : undefined;
    const broken =
      found === undefined ? undefined : unusable(contents, contents.files.get(found) ?? "", found);
    if (/^(CMD|CMD-SHELL|NONE)$/.test(program) && input === "runtime.healthcheck.command")
      add(
        `begins with ${quoteValue(program)}, as in a file of docker compose; leave it out, and name the program first`,
      );
    else if (lacking?.mayBeMounted) judged.warnings.push(`${input}: ${lacking.reason}`);
    else if (lacking !== undefined) add(lacking.reason);
    else if (broken !== undefined) add(broken);
    for (const reason of misread(contents, others)) add(reason);
  }
  return judged;
}

/** Why a file that is shipped cannot be run. */
function unusable(contents: Contents, file: string, inImage: string): string | undefined {
  const { tree, spec } = contents;
  const head = tree.content(file);
  const runs = `runs ${quoteValue(file)}, which`;
  const byShell = knownBase(spec.runtime.image) === "scratch" ? "" : `, or run ["/bin/sh", "${inImage}"]`;
  const script = shebang(head);
  if (script?.windowsLineEnd) return `${runs} ${windowsLines(script.interpreter)}`;
  if (head.subarray(0, 3).equals(byteOrderMark))
    return `${runs} begins with a byte order mark, so that it is no script for the kernel; save it as UTF-8 without one`;
  if (script === undefined && !head.subarray(0, 4).equals(elf))
    return `${runs} is neither a program for Linux nor a script: its first line must name what runs it, such as #!/bin/sh${byShell}`;
  if (!tree.isExecutable(file)) {
    const name = path.posix.basename(file);
    return `${runs} has no executable bit; run chmod +x ${name} (on Windows git update-index --chmod=+x ${name})${script ? byShell : ""}`;
  }
  if (script === undefined) return undefined;
  const lacking = missing(contents, script.program, [script.program])?.reason;
  return lacking === undefined ? undefined : `${runs} begins with #!${script.interpreter}, and ${lacking}`;
}

/** Why a program that is not shipped is not in the image either; undefined when it may be. */
function missing(
  contents: Contents,
  program: string,
  paths: readonly string[],
): { reason: string; mayBeMounted: boolean } | undefined {
  const { runtime } = contents.spec;
  const base = knownBase(runtime.image);
  if (base === undefined || paths.some((each) => contents.files.has(each) || each === runtime.binary))
    return undefined;
  const name = path.posix.basename(program);
  const named = quoteValue(program);
  const elsewhere = otherPlace(contents, program);
  const isSearched = !program.includes("/");
  const mayBeMounted = !isSearched && !binDirectory.test(program);
  if (base === "scratch") {
    const holds = `runtime.image "scratch" holds nothing but ${runtime.binary} and runtime.files`;
    return { reason: `${named} is not in the image: ${holds}${elsewhere ?? ""}`, mayBeMounted };
  }
  if (runtime.packages.length > 0) return undefined;
  if (notInAlpine.test(name) && !mayBeMounted) {
    const instead = /sh$/.test(name)
      ? ", or use /bin/sh"
      : name === "curl"
        ? ", or use wget, which Alpine has"
        : "";
    return { reason: `Alpine has no ${named}; name its package in runtime.packages${instead}`, mayBeMounted };
  }
  if (isSearched ? elsewhere === undefined : paths.some((each) => inAlpine.test(each))) return undefined;
  const reason = `${named} is not in the image: neither Alpine nor runtime.files has it${elsewhere ?? ""}`;
  return { reason, mayBeMounted };
}

/** Where a file of that name is in the image, to follow a sentence. */
function otherPlace({ files, spec: { runtime } }: Contents, program: string): string | undefined {
  const name = path.posix.basename(program);
  const place = [runtime.binary, ...files.keys()].find((each) => path.posix.basename(each) === name);
  if (place !== undefined) return `; write ${quoteValue(place)}`;
  return /\s/.test(program) ? "; give each argument as an entry of its own" : undefined;
}

/** Scripts among the arguments, which a shell or another program is to run: it cannot read lines that end as on Windows. */
function misread({ files, tree, spec }: Contents, words: readonly string[]): string[] {
  return words.flatMap((word) => {
    const file = files.get(path.posix.resolve("/", spec.runtime.workingDirectory, word));
    const script = file === undefined ? undefined : shebang(tree.content(file));
    return script?.windowsLineEnd
      ? [`runs ${quoteValue(file)}, which ${windowsLines(script.interpreter)}`]
      : [];
  });
}

const elf = Buffer.from("\x7fELF", "latin1");
const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf]);

function windowsLines(interpreter: string): string {
  return `has lines that end as on Windows (CRLF), so that the kernel looks for "${interpreter}\\r"; save it with LF alone, and keep it so with a line in .gitattributes: *.sh text eol=lf`;
}
