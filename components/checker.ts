// Collects the problems of a set of inputs; one method for each shape that an input can have.

import * as pulumi from "@pulumi/pulumi";
import { shown, type Problem } from "./problems";

/** What is wrong with a text, worded to follow the text itself; undefined when nothing is. */
export type Check = (value: string) => string | undefined;

export class Checker {
  readonly problems: Problem[] = [];

  add(path: string, reason: string): void {
    this.problems.push({ propertyPath: path, reason });
  }

  /** A string that is known when the program runs. */
  text(path: string, value: unknown, check?: Check): void {
    if (value === undefined) return;
    if (typeof value !== "string") {
      const known = pulumi.Output.isInstance(value) ? "; it must be known when the program runs" : "";
      return this.add(path, `${shown(value)} is not a string${known}`);
    }
    const reason = controlCharacter(value) ?? check?.(value);
    if (reason !== undefined) this.add(path, `${shown(value)} ${reason}`);
  }

  texts(path: string, value: unknown, check?: Check): void {
    if (value === undefined) return;
    if (!Array.isArray(value)) return this.add(path, `${shown(value)} is not a list`);
    value.forEach((item, index) =>
      item === undefined || item === null
        ? this.add(`${path}[${index}]`, "is missing; give a string or leave the entry out")
        : this.text(`${path}[${index}]`, item, check),
    );
  }

  record(path: string, value: unknown, key: Check, check?: Check): void {
    if (value === undefined) return;
    if (
      typeof value !== "object" ||
      value === null ||
      Array.isArray(value) ||
      pulumi.Output.isInstance(value)
    ) {
      return this.add(path, `${shown(value)} is not an object of strings`);
    }
    for (const [name, item] of Object.entries(value)) {
      const reason = controlCharacter(name) ?? key(name);
      if (reason !== undefined) this.add(path, `the name ${shown(name)} ${reason}`);
      else if (item === undefined || item === null) this.add(`${path}.${name}`, "has no value");
      else this.text(`${path}.${name}`, item, check);
    }
  }

  /** A value of any type. */
  value(path: string, value: unknown, check: (value: unknown) => string | undefined): void {
    const reason = check(value);
    if (reason !== undefined) this.add(path, `${shown(value)} ${reason}`);
  }

  flag(path: string, value: unknown): void {
    if (value !== undefined && typeof value !== "boolean")
      this.add(path, `${shown(value)} is not true or false`);
  }

  oneOf(path: string, value: unknown, allowed: readonly string[]): void {
    if (value !== undefined && !allowed.includes(value as string)) {
      this.add(path, `${shown(value)} is unknown; use ${allowed.join(" or ")}`);
    }
  }

  atLeast(path: string, value: unknown, least: number): void {
    if (value === undefined) return;
    if (typeof value !== "number" || !Number.isInteger(value) || value < least) {
      this.add(path, `${shown(value)} is not a whole number of at least ${least}`);
    }
  }

  /** An object that only has the fields that exist: a misspelt one would be ignored silently. */
  object(path: string, value: unknown, fields: readonly string[]): value is Record<string, unknown> {
    if (value === undefined) return false;
    if (
      typeof value !== "object" ||
      value === null ||
      Array.isArray(value) ||
      pulumi.Output.isInstance(value)
    ) {
      this.add(path, `${shown(value)} is not an object that is known when the program runs`);
      return false;
    }
    for (const field of Object.keys(value)) {
      if (!fields.includes(field)) {
        this.add(path === "" ? field : `${path}.${field}`, `is unknown; allowed are ${fields.join(", ")}`);
      }
    }
    return true;
  }
}

/** The check for names of environment variables. */
export const variableName: Check = (name) =>
  /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) ? undefined : "is not a variable's name (letters, digits and _)";

/** A Dockerfile is made of lines: whatever could end one, or hide in one, is refused. */
function controlCharacter(text: string): string | undefined {
  // eslint-disable-next-line no-control-regex -- these are the characters that are looked for
  const match = /[\u0000-\u001f\u007f\u0085\u2028\u2029]/.exec(text);
  const code = match?.[0].charCodeAt(0).toString(16).toUpperCase().padStart(4, "0");
  return code === undefined ? undefined : `has the control character U+${code}, which is not allowed`;
}
