// A binary that is linked to glibc does not start on Alpine: "no such file or directory", with no word about the reason.
// What it is linked to depends on the build image's C compiler, so the build looks at the binary itself.

import type { ImageSpec } from "../../inputs";
import { comment, run, type Instruction } from "../instructions";
import { complaint, shellWord } from "../shell";

const message =
  "the program is linked to glibc, which Alpine does not have, so it would not start. Use a build.image with a C compiler for " +
  'musl (golang on Alpine with gcc and musl-dev, or build.env CC "musl-gcc"), or link statically (build.ldflags ' +
  '"-extldflags=-static"), or choose a runtime.image with glibc';

/** Ends the build when the loader that the binary asks for is glibc's. The loader's name is in the first page of an ELF file. */
export function glibcCheck({ build, runtime }: ImageSpec, binary: string): Instruction[] {
  const flags = [...build.flags, build.env["GOFLAGS"] ?? ""];
  const isDynamic = build.cgoEnabled || flags.some((flag) => flag.includes("-buildmode=pie"));
  if (!isDynamic || !isAlpine(runtime.image)) return [];
  return [
    comment(
      "Alpine has musl: a program that is linked to glibc would not start there, and would not say why.",
    ),
    run([
      `if head -c 4096 ${shellWord(binary)} | LC_ALL=C grep -q '/ld\\(-linux\\|64\\)'; then`,
      ...complaint(message, "  "),
      "  exit 1;",
      "fi",
    ]),
  ];
}

/** Whether the last part of the name says so: alpine:3.20.3, node:22-alpine. */
function isAlpine(image: string): boolean {
  const name = image.replace(/@.*/s, "").split("/").at(-1);
  return name?.includes("alpine") === true;
}
