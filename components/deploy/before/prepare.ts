// All that is known of a build before anybody is asked: its context, from what its Dockerfile is rendered, where the image goes.

import * as pulumi from "@pulumi/pulumi";
import { readContext, recordedFiles, type Context, type WorkDirectory } from "../../context";
import type { Plan } from "../../dockerfile";
import type { RegistryLogin } from "../../engines";
import type { ImageSpec } from "../../inputs";
import type { RegistryAccess } from "../../registry";
import type { Source } from "../../source";
import type { Situation } from "../pulumi/situation";
import { destinationOf, type Destination } from "./destination";
import { findDrift, type Drift } from "./drift";
import { announce, warnOfProviderLogin } from "./notices";
import { registryLogin } from "./buildAccess";
import { stagedContext, workDirectory } from "./stagedContext";

export interface Prepared {
  spec: ImageSpec;
  source: Source;
  /** What the Dockerfile is rendered from, once the digests of base images are known. */
  plan: Plan;
  work: WorkDirectory;
  /** What is sent to the builder. */
  staged: Context;
  /** The same as the state has it. */
  files: Context["files"];
  /** The directory with it, relative to the program's. */
  context: pulumi.Output<string>;
  destination: pulumi.Output<Destination>;
  login: RegistryLogin | undefined;
  access: pulumi.Output<RegistryAccess>;
  /** The registry is asked at once, and waited for where that is needed. */
  drift: pulumi.Output<Drift | undefined>;
}

export function prepare(run: Situation, spec: ImageSpec, source: Source): Prepared {
  const { component } = run;
  const destination = destinationOf(run, spec);
  const login = registryLogin(spec);
  const access = pulumi.output({ ...login, insecure: spec.registry.insecure });
  // Where is decided now: the program may go to another directory before the files are written.
  const work = workDirectory(component);
  const staged = readContext(source.tree, source.closure.files, executables(source));
  const kind = run.type.replace(/^Go|Image$/g, "");
  announce(run, spec, source);
  warnOfProviderLogin(run, spec, destination);
  return {
    spec,
    source,
    plan: {
      spec,
      service: source.service,
      golangImage: source.golangImage,
      cacheNamespace: `goimage-${pulumi.getProject().replace(/[^A-Za-z0-9_.-]/g, "_")}`,
    },
    work,
    staged,
    files: recordedFiles(staged.files),
    context: pulumi.output(stagedContext(run, work, staged, kind)),
    destination,
    login,
    access,
    drift: findDrift(run, destination, access),
  };
}

/** Files that are shipped keep their executable bit; compiled ones have none, so that a chmod changes nothing. */
function executables({ shipped, tree }: Source): Set<string> {
  return new Set(shipped.filter((file) => tree.isExecutable(file)));
}
