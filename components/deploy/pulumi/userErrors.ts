// The errors that a user reads: of the inputs, all at once so that they are fixed in one round, and of outputs.

import { inspect } from "node:util";
import * as pulumi from "@pulumi/pulumi";
import type { Problem } from "../../inputs";
import { textOf, type Message } from "./say";
import { sdkProblem } from "./sdk";

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

/** Throws where the SDK that runs the program is too old. */
export function checkSdk(): void {
  const problem = sdkProblem();
  if (problem !== undefined) throw runError(problem);
}

/** An error that is shown without a stack trace. */
export function runError(message: Message): Error {
  return withoutStack(new Error(textOf(message)));
}

/** Pulumi recognises a RunError by this mark, also across copies of the SDK, and prints its message alone. */
function withoutStack(error: Error): Error {
  return messageAlone(Object.assign(error, { __pulumiRunError: true }));
}

/**
 * A stack of our own code tells the user nothing. Where an error comes after the program's end, Pulumi's runtime prints the stack
 * whatever the error's marks say; of an error without one it prints the message.
 */
export function messageAlone<E extends Error>(error: E): E {
  // Pulumi's runtime puts "error serializing property ..." before the message of an Output's error, which helps nobody.
  const { message } = error;
  Object.defineProperty(error, "message", { get: () => message, set: () => undefined });
  error.stack = "";
  // It renders each uncaught error with util.inspect, even where it prints the message alone. An error of an Output leads to its
  // promise, to resources and from there to everything: that took a minute.
  return Object.defineProperty(error, inspect.custom, { value: () => message });
}

/** The error of an output: it belongs to `resource` in what pulumi shows, and has no stack. */
export function failure(message: Message, resource: pulumi.Resource): pulumi.ResourceError {
  return messageAlone(new pulumi.ResourceError(textOf(message), resource, true));
}
