// Platforms: Docker's names on one side, Go's environment variables on the other.

const variants: Record<string, Record<string, string>> = {
  "linux/amd64": { GOARCH: "amd64" },
  "linux/arm64": { GOARCH: "arm64" },
  "linux/arm/v7": { GOARCH: "arm", GOARM: "7" },
  "linux/arm/v6": { GOARCH: "arm", GOARM: "6" },
  "linux/386": { GOARCH: "386" },
  "linux/ppc64le": { GOARCH: "ppc64le" },
  "linux/riscv64": { GOARCH: "riscv64" },
  "linux/s390x": { GOARCH: "s390x" },
};

export const knownPlatforms = Object.keys(variants);
export const defaultPlatform = "linux/amd64";

/** Go's variables for a platform that validation let pass. */
export function goTarget(platform: string): Record<string, string> {
  const target = variants[platform];
  if (target === undefined) throw new Error(`unknown platform ${platform}`);
  return { GOOS: "linux", ...target };
}

/** Go's variables that hold for each of the platforms. */
export function commonTarget(platforms: readonly string[]): Record<string, string> {
  const [platform = "", ...others] = platforms;
  return others.length === 0 ? goTarget(platform) : { GOOS: "linux" };
}
