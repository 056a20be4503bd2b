import type { BuildPlan } from "../../components/dockerfile/steps/goBuild";

/** A plan for a module with a main package below it. */
export function examplePlan(change: Partial<BuildPlan> = {}): BuildPlan {
  return {
    service: {
      root: "service",
      sourceDirectory: ".",
      moduleDirectory: ".",
      mainPackage: "./cmd/api",
      goMod: {
        module: "example.com/service",
        go: "1.23",
        toolchain: undefined,
        localReplacements: [],
        use: [],
      },
      modules: [{ path: "example.com/service", directory: "." }],
      moduleFiles: ["go.mod", "go.sum"],
      vendorDirectory: undefined,
      downloads: true,
    },
    build: {},
    platform: "linux/amd64",
    cacheNamespace: "ns",
    offline: false,
    ...change,
  };
}
