// The error of an output that a user reads.

import { inspect } from "node:util";
import * as pulumi from "@pulumi/pulumi";

/** Belongs to `resource` in what pulumi shows, without a stack. */
export function failure(message: string, resource: pulumi.Resource): pulumi.ResourceError {
  const error = new pulumi.ResourceError(message, resource, true);
  // The SDK inspects each error that nobody caught. It would walk through all that hangs on the resource, which takes
  // half a minute and more.
  return Object.defineProperty(error, inspect.custom, { value: () => message });
}
