#!/usr/bin/env node
// The command goimage. Programs that import the package do not load it.
import { main } from "./main";

// A reader that has seen enough (head, less) is no failure.
process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));
void main(process.argv.slice(2)).then((code) => (process.exitCode = code));
