// A component of a company's own: a Go service as this company ships all of them. Programs in TypeScript import it; for other
// languages, plugin.ts makes a Pulumi plugin of it.

import * as pulumi from "@pulumi/pulumi";
import { GoMultiStageImage, type Engine } from "goimage";

export interface ServiceArgs {
  /** The directory of the service's code. */
  source: string;
  /** Where the images of this company are. */
  registry: pulumi.Input<string>;
  /** The team that runs it. */
  team: string;
  /** The engine that builds: docker or buildkit. */
  engine?: string;
  /** The builder of the engine buildkit. */
  builder?: string;
}

/** A Go service as Acme ships it: small, with an owner, and with a record of the size that it began with. */
export class Service extends pulumi.ComponentResource {
  /** What a Deployment runs. */
  public readonly ref: pulumi.Output<string>;
  /** Bytes that it has gained since its first deployment. */
  public readonly gained: pulumi.Output<number>;

  constructor(name: string, args: ServiceArgs, opts?: pulumi.ComponentResourceOptions) {
    super("acme:index:Service", name, args, opts);
    const image = new GoMultiStageImage(
      name,
      {
        source: args.source,
        repository: pulumi.interpolate`${args.registry}/${args.team}/${name}`,
        engine: args.engine as Engine | undefined,
        builder: args.builder,
        maxSize: "50MB",
        runtime: { exposedPorts: ["8080"], labels: { "com.example.team": args.team } },
      },
      { parent: this },
    );
    // Keeps its first value until it is replaced: pulumi up --replace.
    const first = new pulumi.Stash(`${name}-first`, { input: image.size }, { parent: this });
    this.ref = image.ref;
    this.gained = pulumi.all([image.size, first.output]).apply(([now, then]) => now - Number(then));
    this.registerOutputs({ ref: this.ref, gained: this.gained });
  }
}
