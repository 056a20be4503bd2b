// The one way out for messages while a program runs. Parts of them are other people's: names of files and modules, what a registry
// or a builder says. Whatever those hold, a line stays one line, steers no terminal and is no command to a CI system.

import * as pulumi from "@pulumi/pulumi";
import { messageLine } from "../../text";

/** A message of one line, or of several. */
export type Message = string | readonly string[];

export function say(
  level: "info" | "warn" | "error",
  message: Message,
  resource?: pulumi.Resource,
): Promise<void> {
  return pulumi.log[level](textOf(message), resource);
}

/** The message as it may be shown. */
export function textOf(message: Message): string {
  const lines = typeof message === "string" ? [message] : message;
  return lines.map(messageLine).join("\n");
}
