/** What the benchmarks are made of: workloads, the sides that are compared, and what was measured. */
import type { Engine } from "./daemons";
import type { Tool } from "../tools/setup/versions";
import type { Lab } from "./lab";

/** One Go main package. */
export interface Service {
  readonly name: string;
  /** Directory of its main package below the workload's. */
  readonly directory: string;
}

export interface Workload {
  readonly name: string;
  readonly services: readonly Service[];
  /** Writes its files into an empty directory. */
  create(directory: string, lab: Lab): Promise<void> | void;
}

/** Where one side works: a directory, a repository and caches that no other side has. */
export interface Site {
  /** Unique in this run and among all runs on this machine; names the Pulumi project and the repositories. */
  readonly id: string;
  readonly directory: string;
  /** The workload's files. */
  readonly source: string;
  readonly workload: Workload;
  /** Those of the workload that are deployed. */
  readonly services: readonly Service[];
  /** Base image of what ships, as a Dockerfile names it. */
  readonly base: string;
  repository(service: Service): string;
  readonly env: NodeJS.ProcessEnv;
  readonly lab: Lab;
}

/** A side once it is set up. All of it is the measured part, and nothing else is. */
export interface Deployment {
  readonly deploy: () => Promise<void>;
  readonly preview?: () => Promise<void>;
}

/** One of the ways that are compared. */
export interface Peer {
  readonly name: string;
  readonly needs: readonly (Engine | "go" | "ko")[];
  /** It pushes one image for each service. */
  readonly pushes: boolean;
  open(site: Site): Promise<Deployment>;
}

export type Unit = "s" | "ms" | "B" | "requests";

/** Measurements of one side in one case of a comparison. */
export interface Result {
  readonly comparison: string;
  readonly case: string;
  readonly side: string;
  readonly unit: Unit;
  readonly values: number[];
  /** What was found beside the figure, such as "digest unchanged". */
  readonly remarks: string[];
}

export interface Comparison {
  readonly name: string;
  /** One sentence for --list and the tables. */
  readonly about: string;
  /** Tools beyond those of every comparison. */
  readonly tools?: readonly Tool[];
  run(lab: Lab, record: Recorder): Promise<void>;
}

/** Takes one measurement. */
export type Recorder = (
  result: Omit<Result, "values" | "remarks" | "comparison">,
  value: number,
  remark?: string,
) => void;
