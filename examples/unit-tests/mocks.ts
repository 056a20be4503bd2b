// Import this before the stack. Without options the sizes are made up; the digest follows the source.

import * as pulumi from "@pulumi/pulumi";
import { imageMocks } from "goimage/testing";

void pulumi.runtime.setMocks(imageMocks({ images: { api: { size: 12_345_678 } } }));

/** The value of an output. */
export function valueOf<T>(output: pulumi.Output<T>): Promise<T> {
  return new Promise((resolve) => output.apply(resolve));
}
