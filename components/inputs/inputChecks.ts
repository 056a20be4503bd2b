// Checks of inputs: one function for each shape that an input can have, and tables of fields that say which shape each input has.

import * as pulumi from "@pulumi/pulumi";
import { credentialIn, endsInImage, placeForSecret } from "./misplacedSecrets";
import { quoteValue, type Problem } from "./problem";

/** What is wrong with a text, worded to follow the text itself; undefined when nothing is. */
export type Check = (value: string) => string | undefined;

/** Takes a problem of the input at `path`. */
export type Add = (path: string, reason: string) => void;

/** All problems that some checks add, in their order. */
export function problemsOf(checks: (add: Add) => void): Problem[] {
  const problems: Problem[] = [];
  checks((propertyPath, reason) => problems.push({ propertyPath, reason }));
  return problems;
}

/** Checks one input by itself. */
type ShapeCheck = (add: Add, path: string, value: unknown) => void;

/** Checks one input; `siblings` is the object that has it as a field. */
export interface InputCheck<Siblings = object> {
  (add: Add, path: string, value: unknown, siblings: Siblings): void;
  /** Of an input that is an object: its own fields. */
  fields?: Record<string, InputCheck<never>>;
}

/** A check for every input of `Args`: one that is forgotten here does not compile. */
export type InputTable<Args> = Record<keyof Args, InputCheck<Args>>;

/**
 * An object that only has the fields that exist: a misspelt one would be ignored silently. `rules` are about several fields.
 */
export function objectOf<Args extends object>(
  fields: InputTable<Args>,
  rules?: (add: Add, path: string, args: Args) => void,
): ShapeCheck & { fields: InputTable<Args> } {
  const check: ShapeCheck = (add, path, value) => {
    if (value === undefined) return;
    if (!isPlainObject(value)) {
      // Not shown when it is not an object at all: registry: "user:password" is a likely mistake.
      const found = isDeferred(value) ? quoteValue(value) : kindOf(value);
      return add(path, `${found} is not an object that is known when the program runs`);
    }
    const within = path === "" ? "" : `${path}.`;
    for (const field of Object.keys(value)) {
      if (!Object.hasOwn(fields, field))
        add(`${within}${field}`, `is unknown; allowed are ${Object.keys(fields).join(", ")}`);
    }
    const args = value as Args;
    for (const field of Object.keys(fields) as (keyof Args & string)[])
      fields[field](add, `${within}${field}`, args[field], args);
    rules?.(add, path, args);
  };
  return Object.assign(check, { fields });
}

/** A string that is known when the program runs. */
export const text =
  (check?: Check): ShapeCheck =>
  (add, path, value) =>
    named(add, path, quoteValue(value), value, check);

/** A string that may come late; it is checked again then. */
export const lateText =
  (check: Check): ShapeCheck =>
  (add, path, value) => {
    if (!isDeferred(value)) text(check)(add, path, value);
  };

export const texts =
  (check?: Check): ShapeCheck =>
  (add, path, value) => {
    if (value === undefined) return;
    if (isDeferred(value)) return late(add, path, value, "a list");
    if (!Array.isArray(value)) return add(path, `${quoteValue(value)} is not a list`);
    // Array.from also sees the holes of a sparse list.
    Array.from(value as unknown[]).forEach((item, index) =>
      item === undefined || item === null
        ? add(`${path}[${index}]`, "is missing; give a string or leave the entry out")
        : text(check)(add, `${path}[${index}]`, item),
    );
    // Files have lines of their own, and tags are no part of the Dockerfile.
    const bytes = path.endsWith(".files") || path === "tags" ? 0 : escapedBytes(value);
    if (bytes > mostBytes) add(path, tooLong(bytes));
  };

/** An object of strings, whose names `key` checks. */
export const record =
  (key: Check): ShapeCheck =>
  (add, path, value) => {
    if (value === undefined) return;
    if (isDeferred(value)) return late(add, path, value, "an object of strings");
    if (!isPlainObject(value)) return add(path, `${quoteValue(value)} is not an object of strings`);
    for (const [name, item] of Object.entries(value)) {
      const reason = unwritable(name) ?? key(name);
      if (reason !== undefined) add(path, `the name ${quoteValue(name)} ${reason}`);
      else if (item === undefined || item === null) add(`${path}.${name}`, "has no value");
      // Values are not shown: the name tells which one it is, and it may be a password.
      else named(add, `${path}.${name}`, typeof item === "string" ? "the value" : kindOf(item), item);
    }
  };

/** A string that may come late and may be a secret: it is never shown, and checked only if it is there. */
export const secret =
  (check?: Check): ShapeCheck =>
  (add, path, value) => {
    if (value === undefined || isDeferred(value)) return;
    const reason = secretProblem(value, check);
    if (reason !== undefined) add(path, reason);
  };

/** A value of any type. */
export const anything =
  (check: (value: unknown) => string | undefined): ShapeCheck =>
  (add, path, value) => {
    const reason = check(value);
    if (reason !== undefined) add(path, `${quoteValue(value)} ${reason}`);
  };

export const flag: ShapeCheck = (add, path, value) => {
  if (value !== undefined && typeof value !== "boolean")
    add(path, `${quoteValue(value)} is not true or false`);
};

export const oneOf =
  (allowed: readonly string[]): ShapeCheck =>
  (add, path, value) => {
    if (value !== undefined && !allowed.includes(value as string))
      add(path, `${quoteValue(value)} is unknown; use ${allowed.join(" or ")}`);
  };

export const atLeast =
  (least: number): ShapeCheck =>
  (add, path, value) => {
    if (value === undefined) return;
    if (typeof value !== "number" || !Number.isSafeInteger(value) || value < least)
      add(path, `${quoteValue(value)} is not a whole number of at least ${least}`);
  };

/** A whole number. */
export const within =
  (least: number, most: number): ShapeCheck =>
  (add, path, value) => {
    if (value === undefined) return;
    if (typeof value !== "number" || !Number.isInteger(value) || value < least || value > most)
      add(path, `${quoteValue(value)} is not a whole number from ${least} to ${most}`);
  };

/** A Dockerfile's line holds 65,535 bytes at most, in every BuildKit; the longest line has four inputs in it. */
const mostBytes = 16_384;

/** How a list is given in a message, when it is too long to be one line of a Dockerfile. */
const tooLong = (bytes: number) =>
  `takes ${bytes} bytes in the Dockerfile, whose lines are limited; use ${mostBytes} at most, or put it into a file`;

/** A string that a message calls `name`. */
function named(add: Add, path: string, name: string, value: unknown, check?: Check): void {
  if (value === undefined) return;
  if (isDeferred(value)) return late(add, path, value, "a string");
  if (typeof value !== "string") return add(path, `${name} is not a string${quotes(value)}`);
  const credential = credentialIn(value);
  if (credential !== undefined) return add(path, `looks like ${credential}; ${placeForSecret(path)}`);
  const bytes = Buffer.byteLength(value);
  const reason = unwritable(value) ?? (bytes > mostBytes ? tooLong(bytes) : check?.(value));
  if (reason !== undefined) add(path, `${name} ${reason}`);
}

/** Whether an Output is a secret can only be asked later than an error must be thrown, so it says both. */
function late(add: Add, path: string, value: unknown, shape: string): void {
  const secret = endsInImage(path) ? `. If it is a secret: ${placeForSecret(path)}` : "";
  add(path, `${quoteValue(value)} is not ${shape}; it must be known when the program runs${secret}`);
}

/** What is wrong with a secret's value, which is never shown. */
export function secretProblem(value: unknown, check?: Check): string | undefined {
  if (typeof value !== "string") return `${kindOf(value)} is not a string${quotes(value)}`;
  return value.trim() === "" ? "is empty" : check?.(value);
}

/** The check for names of environment variables. */
export const variableName: Check = (name) =>
  /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) ? undefined : "is not a variable's name (letters, digits and _)";

/** True for what has no value yet. */
export function isDeferred(value: unknown): boolean {
  return pulumi.Output.isInstance(value) || value instanceof Promise;
}

/** False for what has fields of another kind, such as a Map, whose entries would be ignored silently. */
export function isPlainObject(value: unknown): value is object {
  return Object.prototype.toString.call(value) === "[object Object]" && !pulumi.Output.isInstance(value);
}

function kindOf(value: unknown): string {
  if (value === null || isDeferred(value)) return quoteValue(value);
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

/** What to do about a number or the like: YAML takes 1.20 for the number 1.2, and yes for true. */
function quotes(value: unknown): string {
  return /^(number|bigint|boolean)$/.test(typeof value) ? "; put it in quotes" : "";
}

/** Bytes of the strings of a list in JSON with everything beyond ASCII escaped, as exec form writes them. */
function escapedBytes(list: readonly unknown[]): number {
  const texts = list.filter((item) => typeof item === "string");
  return texts.reduce(
    (sum, text) => sum + JSON.stringify(text).replace(/[<\u007f-\uffff]/g, "\\u0000").length,
    0,
  );
}

/** A Dockerfile is made of lines in UTF-8: what could end a line, hide in one, or not be written at all is refused. */
function unwritable(text: string): string | undefined {
  // eslint-disable-next-line no-control-regex -- these are the characters that are looked for
  const match = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]|\p{Surrogate}/u.exec(text);
  if (match === null) return undefined;
  const code = match[0].charCodeAt(0).toString(16).toUpperCase().padStart(4, "0");
  const kind = match[0] >= "\ud800" ? "half of a character" : "the control character";
  return `has ${kind} U+${code}, which is not allowed`;
}
