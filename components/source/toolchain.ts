// The Go toolchain that compiles: which golang image, and whether it is new enough for the module.

import {
  compareGoVersions,
  defaultGoVersion,
  golangTag,
  newestGoVersion,
  parseGoVersion,
  type BuildSpec,
  type ImageSpec,
  type Problem,
} from "../inputs";
import type { GoMod } from "./goMod";

/**
 * The image that compiles. go.mod and go.work name the oldest version that will do, so that the default is the least that is
 * taken. A first release such as 1.23.0, which go mod tidy writes for any patch, asks for no patch.
 */
export function golangImage(build: Pick<BuildSpec, "image" | "goVersion">, goMod: GoMod): string {
  if (build.image !== undefined) return build.image;
  const wanted = [defaultGoVersion, goMod.go?.replace(/^(\d+\.\d+)\.0$/, "$1"), goMod.toolchain];
  const version = parseGoVersion(build.goVersion ?? newestGoVersion(wanted) ?? "");
  if (!version) throw new Error("the Go version has not been validated");
  return `golang:${golangTag(version)}`;
}

/** A toolchain that is older than go.mod asks would refuse to compile, after minutes of pulling images. */
export function toolchainProblems({ build, recipe }: ImageSpec, goMod: GoMod): Problem[] {
  const asked = parseGoVersion(goMod.go ?? "");
  const isClassic = recipe === "classic";
  const image = isClassic ? `golang:${defaultGoVersion}` : golangImage(build, goMod);
  const tag = /(?:^|\/)golang:(\d+\.\d+(?:\.\d+|(?:rc|beta)\d+)?)/.exec(image)?.[1];
  const chosen = parseGoVersion(tag ?? "");
  if (!asked || !chosen) return [];
  // A tag without a patch is the newest of its minor.
  const newestOfTag = { ...chosen, patch: chosen.candidate === undefined ? (chosen.patch ?? Infinity) : 0 };
  if (compareGoVersions(newestOfTag, asked) >= 0) return [];
  const input = isClassic ? "recipe" : build.image !== undefined ? "build.image" : "build.goVersion";
  const reason = `gives ${image}, but go.mod or go.work asks for Go ${goMod.go}; choose one that is not older`;
  return [{ propertyPath: input, reason }];
}
