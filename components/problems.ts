// Mistakes in inputs, collected and reported all at once, so that a user fixes them in one round.

import * as pulumi from "@pulumi/pulumi";

/** One mistake: the input as the user wrote it (`runtime.user`) and what to do about it. */
export type Problem = pulumi.InputPropertyErrorDetails;

/** Text of a value in a message: quoted, short, and without the password of a URL. */
export function shown(value: unknown): string {
  if (pulumi.Output.isInstance(value)) return "an Output";
  const text = (JSON.stringify(value) ?? String(value)).replace(/:\/\/[^/@\s]*@/g, "://***@");
  return text.length > 120 ? `${text.slice(0, 117)}...` : text;
}

/** The error for all problems of one resource. */
export function invalidInputs(type: string, name: string, problems: Problem[]): Error {
  const lines = problems.map((problem) => `  ${problem.propertyPath}: ${problem.reason}`);
  const count = problems.length === 1 ? "1 input is not valid" : `${problems.length} inputs are not valid`;
  const error = new pulumi.InputPropertiesError({
    message: `${type} "${name}": ${count}; nothing was built.\n${lines.join("\n")}`,
    errors: problems,
  });
  // In a plain program nothing prints an InputPropertiesError without a stack of our own code, which tells the user
  // nothing. Pulumi recognises a RunError by this mark, also across copies of the SDK, and prints its message alone.
  return Object.assign(error, { __pulumiRunError: true });
}
