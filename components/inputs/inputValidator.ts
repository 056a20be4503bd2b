// Collects the problems of a set of inputs: one method for each shape that an input can have, and tables of fields that
// say which shape each input has.

import * as pulumi from "@pulumi/pulumi";
import { quoteValue, type Problem } from "./problem";
import { credentialIn, endsInImage, placeForSecret } from "./misplacedSecrets";

/** What is wrong with a text, worded to follow the text itself; undefined when nothing is. */
export type Check = (value: string) => string | undefined;

/** Checks one input; `siblings` is the object that has it as a field. */
export interface InputCheck<Siblings = object> {
  (validator: InputValidator, path: string, value: unknown, siblings: Siblings): void;
  /** Of an input that is an object: its own fields. */
  fields?: Record<string, InputCheck<never>>;
}

/** A check for every input of `Args`: one that is forgotten here does not compile. */
export type InputTable<Args> = Record<keyof Args, InputCheck<Args>>;

/** An input that is an object of such fields; `rules` are about several of them. */
export function objectOf<Args extends object>(
  fields: InputTable<Args>,
  rules?: (validator: InputValidator, path: string, args: Args) => void,
): InputCheck {
  const check: InputCheck = (validator, path, value) => validator.object(path, value, fields, rules);
  return Object.assign(check, { fields });
}

export const text =
  (check?: Check): InputCheck =>
  (validator, path, value) =>
    validator.text(path, value, check);
/** A string that may come late; it is checked again then. */
export const lateText =
  (check: Check): InputCheck =>
  (validator, path, value) => {
    if (!isDeferred(value)) validator.text(path, value, check);
  };
export const texts =
  (check?: Check): InputCheck =>
  (validator, path, value) =>
    validator.texts(path, value, check);
export const record =
  (key: Check): InputCheck =>
  (validator, path, value) =>
    validator.record(path, value, key);
export const secret =
  (check?: Check): InputCheck =>
  (validator, path, value) =>
    validator.secret(path, value, check);
export const oneOf =
  (allowed: readonly string[]): InputCheck =>
  (validator, path, value) =>
    validator.oneOf(path, value, allowed);
export const within =
  (least: number, most: number): InputCheck =>
  (validator, path, value) =>
    validator.within(path, value, least, most);
export const atLeast =
  (least: number): InputCheck =>
  (validator, path, value) =>
    validator.atLeast(path, value, least);
export const flag: InputCheck = (validator, path, value) => validator.flag(path, value);

/** A Dockerfile's line holds 65,535 bytes at most, in every BuildKit; the longest line has four inputs in it. */
const mostBytes = 16_384;

/** How a list is given in a message, when it is too long to be one line of a Dockerfile. */
const tooLong = (bytes: number) =>
  `takes ${bytes} bytes in the Dockerfile, whose lines are limited; use ${mostBytes} at most, or put it into a file`;

export class InputValidator {
  readonly problems: Problem[] = [];

  add(path: string, reason: string): void {
    this.problems.push({ propertyPath: path, reason });
  }

  /** A string that is known when the program runs. */
  text(path: string, value: unknown, check?: Check): void {
    this.named(path, quoteValue(value), value, check);
  }

  texts(path: string, value: unknown, check?: Check): void {
    if (value === undefined) return;
    if (isDeferred(value)) return this.late(path, value, "a list");
    if (!Array.isArray(value)) return this.add(path, `${quoteValue(value)} is not a list`);
    // Array.from also sees the holes of a sparse list.
    Array.from(value as unknown[]).forEach((item, index) =>
      item === undefined || item === null
        ? this.add(`${path}[${index}]`, "is missing; give a string or leave the entry out")
        : this.text(`${path}[${index}]`, item, check),
    );
    // Files have lines of their own, and tags are no part of the Dockerfile.
    const bytes = path.endsWith(".files") || path === "tags" ? 0 : escapedBytes(value);
    if (bytes > mostBytes) this.add(path, tooLong(bytes));
  }

  record(path: string, value: unknown, key: Check, check?: Check): void {
    if (value === undefined) return;
    if (isDeferred(value)) return this.late(path, value, "an object of strings");
    if (!isPlainObject(value)) return this.add(path, `${quoteValue(value)} is not an object of strings`);
    for (const [name, item] of Object.entries(value)) {
      const reason = unwritable(name) ?? key(name);
      if (reason !== undefined) this.add(path, `the name ${quoteValue(name)} ${reason}`);
      else if (item === undefined || item === null) this.add(`${path}.${name}`, "has no value");
      // Values are not shown: the name tells which one it is, and it may be a password.
      else this.named(`${path}.${name}`, typeof item === "string" ? "the value" : kindOf(item), item, check);
    }
  }

  /** A value of any type. */
  value(path: string, value: unknown, check: (value: unknown) => string | undefined): void {
    const reason = check(value);
    if (reason !== undefined) this.add(path, `${quoteValue(value)} ${reason}`);
  }

  flag(path: string, value: unknown): void {
    if (value !== undefined && typeof value !== "boolean")
      this.add(path, `${quoteValue(value)} is not true or false`);
  }

  oneOf(path: string, value: unknown, allowed: readonly string[]): void {
    if (value !== undefined && !allowed.includes(value as string)) {
      this.add(path, `${quoteValue(value)} is unknown; use ${allowed.join(" or ")}`);
    }
  }

  atLeast(path: string, value: unknown, least: number): void {
    if (value === undefined) return;
    if (typeof value !== "number" || !Number.isSafeInteger(value) || value < least) {
      this.add(path, `${quoteValue(value)} is not a whole number of at least ${least}`);
    }
  }

  /** A whole number. */
  within(path: string, value: unknown, least: number, most: number): void {
    if (value === undefined) return;
    if (typeof value !== "number" || !Number.isInteger(value) || value < least || value > most) {
      this.add(path, `${quoteValue(value)} is not a whole number from ${least} to ${most}`);
    }
  }

  /** An object that only has the fields that exist: a misspelt one would be ignored silently. */
  object<Args extends object>(
    path: string,
    value: unknown,
    fields: InputTable<Args>,
    rules?: (validator: InputValidator, path: string, args: Args) => void,
  ): void {
    if (value === undefined) return;
    if (!isPlainObject(value)) {
      // Not shown when it is no object at all: registry: "user:password" is a likely mistake.
      const found = isDeferred(value) ? quoteValue(value) : kindOf(value);
      return this.add(path, `${found} is not an object that is known when the program runs`);
    }
    const within = path === "" ? "" : `${path}.`;
    for (const field of Object.keys(value)) {
      if (!Object.hasOwn(fields, field))
        this.add(`${within}${field}`, `is unknown; allowed are ${Object.keys(fields).join(", ")}`);
    }
    const args = value as Args;
    for (const field of Object.keys(fields) as (keyof Args & string)[])
      fields[field](this, `${within}${field}`, args[field], args);
    rules?.(this, path, args);
  }

  /** A string that may come late and may be a secret: it is never shown, and checked only if it is there. */
  secret(path: string, value: unknown, check?: Check): void {
    if (value === undefined || isDeferred(value)) return;
    const reason = secretProblem(value, check);
    if (reason !== undefined) this.add(path, reason);
  }

  private named(path: string, name: string, value: unknown, check?: Check): void {
    if (value === undefined) return;
    if (isDeferred(value)) return this.late(path, value, "a string");
    if (typeof value !== "string") return this.add(path, `${name} is not a string${quotes(value)}`);
    const credential = credentialIn(value);
    if (credential !== undefined) return this.add(path, `looks like ${credential}; ${placeForSecret(path)}`);
    const bytes = Buffer.byteLength(value);
    const reason = unwritable(value) ?? (bytes > mostBytes ? tooLong(bytes) : check?.(value));
    if (reason !== undefined) this.add(path, `${name} ${reason}`);
  }

  /** Whether an Output is a secret can only be asked later than an error must be thrown, so it says both. */
  private late(path: string, value: unknown, shape: string): void {
    const secret = endsInImage(path) ? `. If it is a secret: ${placeForSecret(path)}` : "";
    this.add(path, `${quoteValue(value)} is not ${shape}; it must be known when the program runs${secret}`);
  }
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
  return /^(number|bigint|boolean)$/.test(typeof value) ? "; put it in quotes, as you mean it" : "";
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
