import type { RuntimeStageArgs } from "../../components/args";
import { pinsFor, type BaseDigests, type Dockerfile, type Plan } from "../../components/dockerfile";
import { fast } from "../../components/dockerfile/fast";
import { specOf } from "../../components/inputs";
import type { GoService } from "../../components/source";
import { golangImage } from "../../components/source/toolchain";
import { frozen } from "./frozen";

const exampleService: GoService = frozen({
  root: "service",
  bound: ".",
  sourceDirectory: ".",
  moduleDirectory: ".",
  mainPackage: "./cmd/api",
  goMod: {
    module: "example.com/service",
    go: "1.23",
    toolchain: undefined,
    needs: undefined,
    localReplacements: [],
    use: [],
  },
  required: [],
  modules: [{ path: "example.com/service", directory: "." }],
  moduleFiles: ["go.mod", "go.sum"],
  vendorDirectory: undefined,
  unreadWorkspace: undefined,
  downloads: true,
});

/** Inputs, of values that types would refuse as well, and another service. */
export interface PlanChange {
  service?: GoService;
  build?: object;
  runtime?: object;
  [input: string]: unknown;
}

/** A plan for a module with a main package below it. */
export function examplePlan({ service = exampleService, ...args }: PlanChange = {}): Plan {
  const given = { source: ".", repository: "registry.example.com/api", ...args };
  const spec = specOf("GoMultiStageImage", given, []);
  return { spec, service, golangImage: golangImage(spec, service.goMod), cacheNamespace: "ns" };
}

/** The recipe "fast" for that plan with settings of the runtime stage. */
export function fastWith(
  change: PlanChange,
  runtime: RuntimeStageArgs = {},
  digests: BaseDigests = {},
): Dockerfile {
  const plan = examplePlan({ ...change, runtime });
  return fast(plan, pinsFor(plan, digests));
}
