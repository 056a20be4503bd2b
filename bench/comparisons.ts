/** Every comparison, as data: what is built, who takes part, what happens to it. */
import { languageTools } from "../tools/setup/languages";
import { baseBump } from "./baseBump";
import { coldRunners } from "./coldRunner";
import { latency } from "./latency";
import { dependency, edit, noOp, otherService, preview, readme, test } from "./measures";
import { memory } from "./memory";
import type { Comparison, Peer } from "./model";
import { ownCost } from "./own";
import {
  buildkit,
  compiler,
  docker,
  empty,
  emptyYaml,
  goimage,
  koAlone,
  koFromPulumi,
  limit,
  originalBuildkit,
  originalDocker,
  pluginFromTypeScript,
  pluginFromYaml,
  tunedBuildkit,
  tunedDocker,
} from "./peers";
import { cold, warm } from "./timed";
import { traffic } from "./traffic";
import { quickstart, telemetry, withModules, withUnrelated, workspace } from "./workloads";

const twelve = workspace(12);
const aloneSuffix = ", 1 of 12";
/** The same side with one of the workspace's services. */
const alone = (peer: Peer): Peer => ({ ...peer, name: `${peer.name}${aloneSuffix}` });

/** The buildkit engine with other settings than the default's. */
const instead = (name: string, inputs: string): Peer =>
  goimage("buildkit", { name: `${buildkit.name}, ${name}`, inputs: () => inputs });

const twoPlatforms = instead("amd64 and arm64", 'platforms: ["linux/amd64", "linux/arm64"],');

export const comparisons: readonly Comparison[] = [
  warm({
    name: "noop",
    about: "Nothing changed: up and preview, in TypeScript and in JavaScript",
    workloads: [quickstart],
    peers: [
      empty(),
      docker,
      buildkit,
      tunedDocker,
      tunedBuildkit,
      empty("JavaScript"),
      goimage("docker", { language: "JavaScript" }),
      goimage("buildkit", { language: "JavaScript" }),
    ],
    measures: [noOp, preview],
  }),
  warm({
    name: "language",
    about:
      "Nothing changed: a TypeScript program whose types Pulumi checks, one whose types it does not, and JavaScript",
    workloads: [quickstart],
    peers: (["TypeScript", "TypeScript, not checked", "JavaScript"] as const).flatMap((language) => [
      empty(language),
      goimage("buildkit", { language }),
    ]),
    measures: [noOp],
  }),
  {
    ...warm({
      name: "plugin",
      about: "Nothing changed: the component in a TypeScript program, and through the plugin",
      workloads: [quickstart],
      peers: [buildkit, pluginFromTypeScript, pluginFromYaml, empty(), emptyYaml],
      measures: [noOp],
    }),
    tools: languageTools.filter(({ name }) => name === "pulumi-language-yaml"),
  },
  warm({
    name: "edit",
    about: "One line of the quickstart service edited, to pushed",
    workloads: [quickstart],
    peers: [
      empty(),
      limit,
      koAlone,
      koFromPulumi,
      docker,
      buildkit,
      tunedDocker,
      tunedBuildkit,
      originalDocker,
      originalBuildkit,
    ],
    measures: [edit],
    sizes: true,
  }),
  cold({
    name: "platforms",
    about: "What a second platform costs on empty builders, beside the compiler alone",
    workloads: [telemetry],
    peers: [buildkit, twoPlatforms, compiler],
  }),
  warm({
    name: "platforms-edit",
    about: "What a second platform costs an edit of one line, to pushed",
    workloads: [quickstart],
    peers: [buildkit, twoPlatforms, compiler],
    measures: [edit],
  }),
  warm({
    name: "sizes",
    about: "What each default saves and costs: the image without it, and an edit of one line to pushed",
    workloads: [quickstart, telemetry],
    peers: [
      buildkit,
      instead("symbols kept", 'build: { ldflags: ["-s=false", "-w=false"] },'),
      instead("paths kept", 'build: { flags: ["-trimpath=false"] },'),
      instead("gzip 1", 'compression: "gzip", compressionLevel: 1,'),
      instead("gzip 9", 'compression: "gzip", compressionLevel: 9,'),
      instead("zstd", 'compression: "zstd",'),
      instead("zstd 19", 'compression: "zstd", compressionLevel: 19,'),
    ],
    measures: [edit],
    sizes: true,
  }),
  warm({
    name: "unrelated",
    about: "A README and a test edited, which no binary depends on, beside a no-op",
    workloads: [quickstart],
    peers: [empty(), docker, buildkit, tunedDocker, tunedBuildkit],
    measures: [noOp, readme, test],
  }),
  warm({
    name: "dependency",
    about: "Another version of one dependency, to pushed",
    workloads: [quickstart],
    peers: [koAlone, docker, buildkit, tunedDocker, tunedBuildkit],
    measures: [dependency],
  }),
  warm({
    name: "telemetry",
    about:
      "A service with about 60 lines of go.mod (gRPC, OpenTelemetry): one line edited, to pushed, and nothing changed",
    workloads: [telemetry],
    peers: [empty(), limit, koAlone, docker, buildkit, tunedDocker, tunedBuildkit, originalDocker],
    measures: [edit, noOp],
    sizes: true,
  }),
  warm({
    name: "context",
    about: "The quickstart beside files that it does not need: one line edited, and nothing changed",
    workloads: [
      withUnrelated(10, 1e6),
      withUnrelated(1000, 100e6),
      withUnrelated(10, 1e9),
      withUnrelated(50_000, 50e6),
    ],
    peers: [docker, buildkit, tunedDocker, tunedBuildkit],
    measures: [edit, noOp],
  }),
  warm({
    name: "modules",
    about: "go.mod files of 0 to 300 modules: one line edited",
    workloads: [0, 10, 100, 300].map(withModules),
    peers: [koAlone, docker, buildkit, tunedBuildkit],
    measures: [edit],
  }),
  warm({
    name: "workspace",
    about:
      "12 services in a workspace, beside stacks with one of them: a service edited, its neighbour, nothing",
    workloads: [twelve],
    peers: [empty(), docker, buildkit, tunedBuildkit, ...[docker, buildkit, tunedBuildkit].map(alone)],
    measures: [edit, otherService, noOp],
    site: (_, { name }) => (name.endsWith(aloneSuffix) ? { services: twelve.services.slice(0, 1) } : {}),
  }),
  cold({
    name: "cold",
    about: "Empty builders and caches, to pushed: base images, modules, compilation and push",
    workloads: [quickstart],
    peers: [docker, buildkit, tunedDocker, tunedBuildkit, originalDocker, originalBuildkit, koAlone],
  }),
  cold({
    name: "cold-telemetry",
    about: "The same for the service with about 60 lines of go.mod",
    workloads: [telemetry],
    peers: [buildkit, tunedBuildkit, koAlone],
  }),
  cold({
    name: "cold-modules",
    about: "The same for go.mod files of 0 to 300 modules",
    workloads: [0, 10, 100, 300].map(withModules),
    peers: [buildkit, tunedBuildkit],
  }),
  cold({
    name: "cold-workspace",
    about: "The same for 12 services, beside go build of all with empty caches and the modules there",
    workloads: [twelve],
    peers: [buildkit, tunedBuildkit, compiler],
  }),
  ...coldRunners,
  baseBump,
  latency,
  traffic,
  memory,
  ownCost,
];
