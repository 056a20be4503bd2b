// The error of an output that a user reads.

import * as pulumi from "@pulumi/pulumi";
import { quicklyShown } from "../inputs/problem";

/** Belongs to `resource` in what pulumi shows, without a stack. */
export function failure(message: string, resource: pulumi.Resource): pulumi.ResourceError {
  return quicklyShown(new pulumi.ResourceError(message, resource, true));
}
