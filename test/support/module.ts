// Go modules on disk for tests, each in a temporary directory of its own.

import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { frozen } from "./frozen";

export const helloFiles: Record<string, string> = frozen({
  "go.mod": "module example.com/hello\n\ngo 1.23\n",
  "main.go": 'package main\n\nfunc main() { println("hello") }\n',
});

/** A module's files in the directory hello. */
export const inHello = (files: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(files).map(([file, text]) => [`hello/${file}`, text]));

const made: string[] = [];
process.on("exit", () => made.forEach((directory) => fs.rmSync(directory, { recursive: true, force: true })));

/** Writes files below a new temporary directory, which goes when the tests end, and returns it. */
export function makeTree(files: Record<string, string>, prefix = "goimage-test-"): string {
  const root = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), prefix)));
  made.push(root);
  writeTree(root, files);
  return root;
}

/** A tree that is a git repository, beyond which a source in it reads nothing. */
export function makeRepository(files: Record<string, string>): string {
  return makeTree({ ...files, ".git/HEAD": "ref: refs/heads/main\n" });
}

export function writeTree(root: string, files: Record<string, string>): void {
  for (const [name, content] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
    fs.writeFileSync(path.join(root, name), content);
  }
}
