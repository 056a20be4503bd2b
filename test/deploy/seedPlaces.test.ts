// A repository of seeds that is an image's too, where the one or the other is known late.

import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { destinationOf } from "../../components/deploy/before/destination";
import { valueIfKnown } from "../../components/deploy/pulumi/sdk";
import { runProgram } from "../support/program";

interface Image {
  repository: pulumi.Input<string>;
  seeds?: pulumi.Input<string>;
}

/** What each image's destination ends with, in their order: an error's text, or its repository of seeds. */
async function destinations(...images: Image[]): Promise<string[]> {
  const { result } = await runProgram(
    async () => {
      const ends: string[] = [];
      for (const [n, { repository, seeds }] of images.entries()) {
        const component = new pulumi.ComponentResource("test:index:Image", `image-${n}`);
        const owner = { component, type: "GoMultiStageImage", name: `image-${n}` } as never;
        const cache =
          seeds === undefined
            ? undefined
            : { repository: seeds, write: false, newest: false, trusted: undefined };
        const where = destinationOf(owner, { repository, tags: [`v${n}`], cache });
        const end = await valueIfKnown(where).catch((error: unknown) => error as Error);
        ends.push(end instanceof Error ? end.message : (end?.seeds?.name ?? "none"));
      }
      return ends;
    },
    { asEngine: true },
  );
  return result;
}

const a = "registry.example.com/team/a";
const b = "registry.example.com/team/b";
const seeds = "registry.example.com/team/seeds";
const late = (text: string) => pulumi.output(Promise.resolve(text));

describe("a repository of seeds that is only known later", () => {
  it("is refused when it is the image's own", async () => {
    for (const image of [
      { repository: a, seeds: late(a) },
      { repository: late(a), seeds: a },
      { repository: late(a), seeds: pulumi.secret("Registry.example.com:443/team/a") },
    ])
      assert.match(
        (await destinations(image))[0] ?? "",
        /cache\.repository: "\S+" is the repository of the image "image-0"; give the seeds a repository of their own/,
      );
  });

  it("is refused when it is another image's, whichever is declared first", async () => {
    const [first, second] = await destinations(
      { repository: late(a), seeds: late(seeds) },
      { repository: b, seeds: late(a) },
    );
    assert.equal(first, seeds);
    assert.match(
      second ?? "",
      /"image-1"[^]*cache\.repository: "\S+" is the repository of the image "image-0"/,
    );
    const [, later] = await destinations(
      { repository: a, seeds: late(b) },
      { repository: late(b), seeds: late(seeds) },
    );
    assert.match(
      later ?? "",
      /"image-1"[^]*\n {2}repository: "\S+" is the cache\.repository of the image "image-0"/,
    );
  });

  it("is refused when it is not a repository, or has no value", async () => {
    const [noRegistry, nothing] = await destinations(
      { repository: a, seeds: late("no registry") },
      { repository: b, seeds: pulumi.output(undefined as never) },
    );
    assert.match(noRegistry ?? "", /cache\.repository: "no registry" /);
    assert.match(nothing ?? "", /cache\.repository: has no value/);
  });

  it("may be shared by several images", async () => {
    const found = await destinations({ repository: a, seeds: late(seeds) }, { repository: b, seeds });
    assert.deepEqual(found, [seeds, seeds]);
  });
});
