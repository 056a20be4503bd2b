// What TypeScript users see of the package: checked when this file is compiled (npm run typecheck), so each line is a test.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type * as pulumi from "@pulumi/pulumi";
import { expectTypeOf } from "expect-type";
import * as goimage from "../components";
import type { ImageLayer } from "../components";

type MultiStage = goimage.GoMultiStageImage;

describe("types of the package", () => {
  it("give the components' outputs their types", () => {
    expectTypeOf<MultiStage>().toExtend<pulumi.ComponentResource>();
    expectTypeOf<MultiStage["digest"]>().toEqualTypeOf<pulumi.Output<string>>();
    expectTypeOf<MultiStage["ref"]>().toEqualTypeOf<pulumi.Output<string>>();
    expectTypeOf<MultiStage["size"]>().toEqualTypeOf<pulumi.Output<number>>();
    expectTypeOf<MultiStage["layers"]>().toEqualTypeOf<pulumi.Output<ImageLayer[]>>();
    expectTypeOf<MultiStage["tags"]>().toEqualTypeOf<pulumi.Output<string[]>>();
    expectTypeOf<keyof goimage.GoSingleStageImage>().toEqualTypeOf<keyof MultiStage>();
    // Kept in the state, and nothing for users.
    expectTypeOf<MultiStage>().not.toHaveProperty("repair");
    expectTypeOf<MultiStage>().not.toHaveProperty("context");
  });

  it("require a source and a repository, and accept Outputs only where they may be late", () => {
    type Args = goimage.GoMultiStageImageArgs;
    expectTypeOf<{ source: string; repository: string }>().toExtend<Args>();
    expectTypeOf<{ source: string; repository: pulumi.Output<string> }>().toExtend<Args>();
    expectTypeOf<{ source: string }>().not.toExtend<Args>();
    expectTypeOf<{ source: pulumi.Output<string>; repository: string }>().not.toExtend<Args>();
    expectTypeOf<Args["maxSize"]>().toEqualTypeOf<number | string | undefined>();
    expectTypeOf<Args["engine"]>().toEqualTypeOf<"docker" | "buildkit" | undefined>();
  });

  it("accept undefined for every optional input, as the providers' do", () => {
    // With exactOptionalPropertyTypes a question mark alone does not, and a compiler without it cannot tell.
    const files = ["args", "stageArgs"].map((name) =>
      readFileSync(join(__dirname, `../components/${name}.ts`), "utf8"),
    );
    const optional = files.join("\n").match(/^ {2}\w+\?: .*$/gm) ?? [];
    assert.ok(optional.length > 40);
    assert.deepEqual(
      optional.filter((line) => !/ \| undefined>?;$/.test(line)),
      [],
    );
    type Args = goimage.GoMultiStageImageArgs;
    type Tags = pulumi.Output<string[] | undefined>;
    expectTypeOf<{ source: string; repository: string; tags: Tags }>().toExtend<Args>();
    type Late = pulumi.Output<string | undefined>;
    expectTypeOf<{ username: Late; password: Late }>().toExtend<goimage.RegistryArgs>();
    // Whether there is one decides about the Dockerfile.
    expectTypeOf<{ netrc: Late }>().not.toExtend<goimage.BuildStageArgs>();
  });

  it("offer runtime settings for GoMultiStageImage only", () => {
    expectTypeOf<goimage.GoMultiStageImageArgs>().toHaveProperty("runtime");
    expectTypeOf<goimage.GoSingleStageImageArgs>().not.toHaveProperty("runtime");
  });

  it("let compareImages take any image's outputs", () => {
    expectTypeOf(goimage.compareImages).parameter(0).toEqualTypeOf<goimage.ComparableImage>();
    expectTypeOf<MultiStage>().toExtend<goimage.ComparableImage>();
    expectTypeOf(goimage.compareImages).returns.toEqualTypeOf<pulumi.Output<goimage.ImageComparison>>();
  });
});
