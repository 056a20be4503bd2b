// The errors that a user reads: of the inputs, all at once so that they are fixed in one round, and of outputs.

import { inspect } from "node:util";
import * as pulumi from "@pulumi/pulumi";
import type { Problem } from "../inputs";
import { textOf, type Message } from "./say";

/** The error for all problems of one resource. */
export function invalidInputs(type: string, name: string, problems: readonly Problem[]): Error {
  const errors = problems.map(({ propertyPath, reason }) => ({
    propertyPath: textOf(propertyPath),
    reason: textOf(reason),
  }));
  const lines = errors.map(({ propertyPath, reason }) => `  ${propertyPath}: ${reason}`);
  const count = problems.length === 1 ? "1 input is not valid" : `${problems.length} inputs are not valid`;
  const message = textOf([`${type} "${name}": ${count}; nothing was built.`, ...lines]);
  const error = new pulumi.InputPropertiesError({ message, errors });
  return withoutStack(error);
}

/** An error that is shown without a stack trace. */
export function runError(message: Message): Error {
  return withoutStack(new Error(textOf(message)));
}

/**
 * In a plain program nothing prints an InputPropertiesError without a stack of our own code, which tells the user nothing. Pulumi
 * recognises a RunError by this mark, also across copies of the SDK, and prints its message alone.
 */
function withoutStack(error: Error): Error {
  return quicklyShown(Object.assign(error, { __pulumiRunError: true }));
}

/**
 * Pulumi's runtime renders each uncaught error with util.inspect, even where it prints the message alone. An error of
 * an Output leads to its promise, to resources and from there to everything: that took a minute.
 */
export function quicklyShown<E extends Error>(error: E): E {
  // Pulumi's runtime puts "error serializing property ..." before the message of an Output's error, which helps nobody.
  const { message } = error;
  Object.defineProperty(error, "message", { get: () => message, set: () => undefined });
  return Object.defineProperty(error, inspect.custom, { value: () => error.stack ?? error.message });
}

/** The error of an output: it belongs to `resource` in what pulumi shows, and has no stack. */
export function failure(message: Message, resource: pulumi.Resource): pulumi.ResourceError {
  return quicklyShown(new pulumi.ResourceError(textOf(message), resource, true));
}
