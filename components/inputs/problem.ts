// A mistake in an input, and how a value is quoted in its text.

import * as pulumi from "@pulumi/pulumi";
import { credentialIn } from "./misplacedSecrets";

/** One mistake: the input as the user wrote it (`runtime.user`) and what to do about it. */
export type Problem = pulumi.InputPropertyErrorDetails;

/** Text of a value in a message: quoted, short, and without what looks like a credential. */
export function quoteValue(value: unknown): string {
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
