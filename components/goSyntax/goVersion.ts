// Versions of Go, as go.mod and the tags of the golang images write them (https://go.dev/doc/toolchain#version).

export interface GoVersion {
  major: number;
  minor: number;
  /** Undefined for a version such as 1.23, which stands for whatever patch there is. */
  patch: number | undefined;
  /** "rc1" or "beta2", of a version before the first release. */
  candidate: string | undefined;
}

/** Of "1.23.4", "1.23", "1.23rc1"; a suffix such as -custom does not count. Undefined when it is none of these. */
export function parseGoVersion(text: string): GoVersion | undefined {
  const match = /^(\d{1,4})\.(\d{1,4})(?:\.(\d{1,4})|((?:rc|beta)\d{1,4}))?(?:-[\w.-]+)?$/.exec(text);
  if (match === null) return undefined;
  const [, major, minor, patch, candidate] = match;
  return {
    ...{ major: Number(major), minor: Number(minor), candidate },
    patch: patch === undefined ? undefined : Number(patch),
  };
}

/** Above 0 when `a` is newer. */
export function compareGoVersions(a: GoVersion, b: GoVersion): number {
  const before = ({ candidate }: GoVersion) => {
    const [, kind, number] = /^(rc|beta)(\d+)$/.exec(candidate ?? "") ?? [];
    return kind === undefined ? Infinity : Number(number) + (kind === "rc" ? 10_000 : 0);
  };
  const difference = a.major - b.major || a.minor - b.minor || (a.patch ?? 0) - (b.patch ?? 0);
  return difference !== 0 || before(a) === before(b) ? difference : before(a) - before(b);
}

/** The newest of some versions, as written. One that names its patch wins over the same without. */
export function newestGoVersion(texts: readonly (string | undefined)[]): string | undefined {
  let newest: { text: string; version: GoVersion } | undefined;
  for (const text of texts) {
    const version = text === undefined ? undefined : parseGoVersion(text);
    if (text === undefined || version === undefined) continue;
    const difference = newest === undefined ? 1 : compareGoVersions(version, newest.version);
    if (difference > 0 || (difference === 0 && newest?.version.patch === undefined))
      newest = { text, version };
  }
  return newest?.text;
}

/** The tag of the golang image. */
export function golangTag({ major, minor, patch, candidate }: GoVersion): string {
  return `${major}.${minor}${candidate ?? (patch === undefined ? "" : `.${patch}`)}`;
}
