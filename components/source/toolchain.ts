// The Go toolchain that compiles: which golang image, and whether it is new enough for the module.

import { compareGoVersions, golangTag, newestGoVersion, parseGoVersion } from "../goSyntax";
import { defaultGoVersion, type BuildSpec, type ImageSpec, type Problem } from "../inputs";
import type { GoMod } from "./goMod";

/** What of a spec decides which image compiles. */
type ToolchainSpec = Pick<ImageSpec, "build" | "cache">;

/**
 * The image that compiles. go.mod and go.work name the oldest version that will do, so that the default is the least that is
 * taken. A first release such as 1.23.0, which go mod tidy writes for any patch, asks for no patch.
 *
 * With the input cache empty builders count, and there the golang image is what takes longest: on Alpine it has the same toolchain
 * in a quarter of the bytes.
 */
export function golangImage({ build, cache }: ToolchainSpec, goMod: GoMod): string {
  if (build.image !== undefined) return build.image;
  const wanted = [defaultGoVersion, goMod.go?.replace(/^(\d+\.\d+)\.0$/, "$1"), goMod.toolchain, goMod.needs];
  const version = parseGoVersion(build.goVersion ?? newestGoVersion(wanted) ?? "");
  if (!version) throw new Error("the Go version has not been validated");
  return `golang:${golangTag(version)}${cache === undefined || needsDebian(build) ? "" : "-alpine"}`;
}

/** On Alpine the image has neither git nor a C compiler. */
function needsDebian({ cgoEnabled, goPrivate, goProxy = "", env }: BuildSpec): boolean {
  return (
    cgoEnabled ||
    goPrivate !== undefined ||
    /(^|[,|])\s*direct\b/.test(goProxy) ||
    Object.keys(env).some((name) => name === "GONOPROXY" || name.startsWith("GIT_"))
  );
}

/** A toolchain that is older than go.mod asks would refuse to compile, after minutes of pulling images. */
export function toolchainProblems(spec: ImageSpec, goMod: GoMod): Problem[] {
  const { build, recipe } = spec;
  const asked = parseGoVersion(newestGoVersion([goMod.go, goMod.needs]) ?? "");
  const isClassic = recipe === "classic";
  const image = isClassic ? `golang:${defaultGoVersion}` : golangImage(spec, goMod);
  const tag = /(?:^|\/)golang:(\d+\.\d+(?:\.\d+|(?:rc|beta)\d+)?)/.exec(image)?.[1];
  const chosen = parseGoVersion(tag ?? "");
  if (!asked || !chosen) return [];
  // A tag without a patch is the newest of its minor.
  const newestOfTag = { ...chosen, patch: chosen.candidate === undefined ? (chosen.patch ?? Infinity) : 0 };
  if (compareGoVersions(newestOfTag, asked) >= 0) return [];
  const input = isClassic ? "recipe" : build.image !== undefined ? "build.image" : "build.goVersion";
  const wants =
    goMod.needs !== undefined && newestGoVersion([goMod.go, goMod.needs]) !== goMod.go
      ? `has directives that only Go ${goMod.needs} and newer know`
      : `asks for Go ${goMod.go}`;
  const reason = `gives ${image}, but go.mod or go.work ${wants}; choose one that is not older`;
  return [{ propertyPath: input, reason }];
}
