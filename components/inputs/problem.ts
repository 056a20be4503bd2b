// Mistakes in inputs, collected and reported all at once, so that a user fixes them in one round.

import { inspect } from "node:util";
import * as pulumi from "@pulumi/pulumi";
import { credentialIn } from "./secrets";

/** One mistake: the input as the user wrote it (`runtime.user`) and what to do about it. */
export type Problem = pulumi.InputPropertyErrorDetails;

/** Text of a value in a message: quoted, short, and without what looks like a credential. */
export function shown(value: unknown): string {
  if (pulumi.Output.isInstance(value)) return "an Output";
  if (value instanceof Promise) return "a Promise";
  if (typeof value === "function") return "a function";
  const text = visible(jsonOf(value).replace(/:\/\/[^/@\s]*@/g, "://***@"));
  const credential = credentialIn(text);
  if (credential !== undefined) return `${credential} (not shown)`;
  return text.length > 120 ? `${text.slice(0, 117)}...` : text;
}

/** Line ends and characters that steer a terminal or the direction of text, which JSON leaves as they are, escaped. */
function visible(text: string): string {
  return text.replace(
    /[\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

function jsonOf(value: unknown): string {
  try {
    return JSON.stringify(value) ?? `a ${typeof value}`;
  } catch {
    // A circle, or a bigint.
    return typeof value === "object" ? "an object" : `a ${typeof value}`;
  }
}

/** The error for all problems of one resource. */
export function invalidInputs(type: string, name: string, problems: readonly Problem[]): Error {
  const lines = problems.map((problem) => `  ${problem.propertyPath}: ${problem.reason}`);
  const count = problems.length === 1 ? "1 input is not valid" : `${problems.length} inputs are not valid`;
  const error = new pulumi.InputPropertiesError({
    message: `${type} "${name}": ${count}; nothing was built.\n${lines.join("\n")}`,
    errors: [...problems],
  });
  return withoutStack(error);
}

/** An error whose message is all that a user needs. */
export function runError(message: string): Error {
  return withoutStack(new Error(message));
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
