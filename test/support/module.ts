// Go modules on disk for tests, each in a temporary directory of its own.

import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

export const helloFiles: Record<string, string> = {
  "go.mod": "module example.com/hello\n\ngo 1.23\n",
  "main.go": 'package main\n\nimport "fmt"\n\nfunc main() { fmt.Println("hello") }\n',
};

/** Writes files below a new temporary directory and returns it. */
export function makeTree(files: Record<string, string>, prefix = "goimage-test-"): string {
  const root = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), prefix)));
  writeTree(root, files);
  return root;
}

export function writeTree(root: string, files: Record<string, string>): void {
  for (const [name, content] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
    fs.writeFileSync(path.join(root, name), content);
  }
}

/** Runs a function in another working directory: what components write and resolve is relative to it. */
export async function inDirectory<T>(directory: string, run: () => T | Promise<T>): Promise<T> {
  const before = process.cwd();
  process.chdir(directory);
  try {
    return await run();
  } finally {
    process.chdir(before);
  }
}
