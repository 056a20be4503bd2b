/** What is to be reached, each a ratio or a count within one run. */
import {
  buildkit,
  compiler,
  docker,
  empty,
  koAlone,
  originalDocker,
  pluginFromTypeScript,
  pluginFromYaml,
  tunedBuildkit,
} from "./peers";
import type { Results } from "./stats";

interface Goal {
  readonly text: string;
  readonly is: "at most" | "at least";
  readonly bound: number;
  /** What the figure is, in a word: a ratio unless it says so. */
  readonly unit?: string;
  /** The figure of one run; NaN when something of it was not measured. */
  readonly value: (results: Results) => number;
}

export interface Verdict {
  readonly text: string;
  readonly wanted: string;
  readonly value: number;
  readonly reached: boolean | undefined;
}

const floor = empty().name;
const engines = [docker.name, buildkit.name];

const each = (make: (side: string) => Goal): Goal[] => engines.map(make);

const editedLine = "one line edited";

/** Sides whose digest changed although nothing of their source did. */
function rebuilt(results: Results, side: string, name: string): number {
  const found = results.find("unrelated", name, side);
  return found ? found.remarks.filter((remark) => remark !== "digest unchanged").length : NaN;
}

/** Bytes that an edit sends beside the layer with the binary. */
const beside = (results: Results, side: string): number =>
  results.median("traffic", editedLine, side, "B") - results.median("traffic", "binary layer", side);

const wires = ["100 MB/s", "20 MB/s"];
const exportedCache = `${tunedBuildkit.name}, cacheTo mode=max`;

/** An empty builder with a seed: to the same without one, by wire, and ahead of an exported cache and of ko. */
function withSeed(
  comparison: string,
  workload: string,
  bounds: readonly { wire: string; bound: number }[] = [],
): Goal[] {
  const to =
    (wire: string, side: string) =>
    (r: Results): number =>
      r.median(comparison, `${workload}, ${wire}`, `${buildkit.name}, seed`) /
      r.median(comparison, `${workload}, ${wire}`, side);
  return [
    ...bounds.map(({ wire, bound }): Goal => ({
      text: `${workload} on an empty builder, ${wire}: with a seed to without`,
      is: "at most",
      bound,
      value: to(wire, buildkit.name),
    })),
    ...wires.flatMap((wire) =>
      [exportedCache, koAlone.name].map((side): Goal => ({
        text: `${workload} on an empty builder, ${wire}: with a seed to ${side}`,
        is: "at most",
        bound: 1,
        value: to(wire, side),
      })),
    ),
  ];
}

export const goals: readonly Goal[] = [
  ...each((side) => ({
    text: `edit, ${side}: to ko alone and an empty program together`,
    is: "at most",
    bound: 0.9,
    value: (r) =>
      r.median("edit", editedLine, side) /
      (r.median("edit", editedLine, koAlone.name) + r.median("edit", editedLine, floor)),
  })),
  ...each((side) => ({
    text: `edit, ${side}: times faster than the ${originalDocker.name}`,
    is: "at least",
    bound: 13,
    value: (r) => r.median("edit", editedLine, originalDocker.name) / r.median("edit", editedLine, side),
  })),
  ...each((side) => ({
    text: `edit of the telemetry service, ${side}: times faster than the ${originalDocker.name}`,
    is: "at least",
    bound: 13,
    value: (r) =>
      r.median("telemetry", editedLine, originalDocker.name) / r.median("telemetry", editedLine, side),
  })),
  ...["README edited", "test edited"].flatMap((name) => [
    ...each((side) => ({
      text: `${name}, ${side}: to its own no-op`,
      is: "at most" as const,
      bound: 1.05,
      value: (r: Results) => r.median("unrelated", name, side) / r.median("unrelated", "no-op up", side),
    })),
    ...each((side) => ({
      text: `${name}, ${side}: new digests`,
      is: "at most" as const,
      bound: 0,
      unit: "digests",
      value: (r: Results) => rebuilt(r, side, name),
    })),
  ]),
  ...each((side) => ({
    text: `neighbour edited, ${side}: to its own no-op`,
    is: "at most",
    bound: 1.05,
    value: (r) =>
      r.median("workspace", "other service edited", `${side}, 1 of 12`) /
      r.median("workspace", "no-op up", `${side}, 1 of 12`),
  })),
  ...each((side) => ({
    text: `no-op up, ${side}: to an empty program`,
    is: "at most",
    bound: 1.15,
    value: (r) => r.median("noop", "no-op up", side) / r.median("noop", "no-op up", floor),
  })),
  ...each((side) => ({
    text: `no-op up, ${side}, JavaScript: to an empty program in JavaScript`,
    is: "at most",
    bound: 1.15,
    value: (r) =>
      r.median("noop", "no-op up", `${side}, JavaScript`) /
      r.median("noop", "no-op up", empty("JavaScript").name),
  })),
  ...[pluginFromTypeScript.name, pluginFromYaml.name].map((side): Goal => ({
    text: `no-op up, ${side}: seconds above the same program in TypeScript`,
    is: "at most",
    bound: 0.5,
    unit: "s",
    value: (r) => r.median("plugin", "no-op up", side) - r.median("plugin", "no-op up", buildkit.name),
  })),
  {
    text: `cold, ${buildkit.name}: to the ${tunedBuildkit.name}`,
    is: "at most",
    bound: 0.85,
    value: (r) =>
      r.median("cold", "quickstart", buildkit.name) / r.median("cold", "quickstart", tunedBuildkit.name),
  },
  {
    text: `cold telemetry service, ${buildkit.name}: to the ${tunedBuildkit.name}`,
    is: "at most",
    bound: 0.85,
    value: (r) =>
      r.median("cold-telemetry", "telemetry", buildkit.name) /
      r.median("cold-telemetry", "telemetry", tunedBuildkit.name),
  },
  ...withSeed("runner", "quickstart"),
  ...withSeed("runner-telemetry", "telemetry", [
    { wire: "100 MB/s", bound: 0.25 },
    { wire: "20 MB/s", bound: 0.5 },
  ]),
  ...withSeed("runner-workspace", "workspace of 12", [
    { wire: "100 MB/s", bound: 0.25 },
    { wire: "20 MB/s", bound: 0.25 },
  ]),
  ...each((side) => ({
    text: `12 services, one edited, ${side}: to one service`,
    is: "at most",
    bound: 1.3,
    value: (r) =>
      r.median("workspace", editedLine, side) / r.median("workspace", editedLine, `${side}, 1 of 12`),
  })),
  {
    text: `12 services cold, ${buildkit.name}: to go build of all`,
    is: "at most",
    bound: 1.5,
    value: (r) =>
      r.median("cold-workspace", "workspace of 12", buildkit.name) /
      r.median("cold-workspace", "workspace of 12", compiler.name),
  },
  ...each((side) => ({
    text: `edit, ${side}: bytes pushed beside the binary's layer`,
    is: "at most",
    bound: 10_000,
    unit: "B",
    value: (r) => beside(r, side),
  })),
  ...each((side) => ({
    text: `no-op up, ${side}: bytes pushed`,
    is: "at most",
    bound: 0,
    unit: "B",
    value: (r) => r.median("traffic", "no-op up", side, "B"),
  })),
  ...each((side) => ({
    text: `no-op up, ${side}: requests`,
    is: "at most",
    bound: 2,
    unit: "requests",
    value: (r) => r.median("traffic", "no-op up", side, "requests"),
  })),
];

export function judge({ text, is, bound, unit, value }: Goal, results: Results): Verdict {
  const figure = value(results);
  const reached = is === "at most" ? figure <= bound : figure >= bound;
  return {
    text,
    wanted: `${is} ${bound}${unit ? ` ${unit}` : "x"}`,
    value: figure,
    reached: Number.isNaN(figure) ? undefined : reached,
  };
}
