// Source trees that reach for the files of the machine that runs Pulumi, or for the credentials that a checkout keeps in .git.
// Whatever the way, the files are neither staged nor read: the resource is refused, by the name of what reaches out.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { outcome } from "../support/outcome";

const canary = "canary-7d1f0c6e";
const goFile = (text: string) => `package main\n\nimport _ "embed"\n\n${text}\n\nfunc main() {}\n`;
const embedding = (pattern: string) => goFile(`//go:embed ${pattern}\nvar data string`);
const requiring = (module: string) => `module m.example\n\ngo 1.23\n\nrequire ${module} v0.0.0\n`;

/** A repository, and beside it what no image may hold. */
const machine = {
  "repo/.git/config": `[http]\n\textraheader = AUTHORIZATION: basic ${canary}\n`,
  "repo/.git/mod/go.mod": "module x.example/m\n",
  "repo/.git/mod/m.go": `package m\n\nconst Key = "${canary}"\n`,
  "repo/api/go.mod": "module m.example\n\ngo 1.23\n",
  "repo/api/main.go": goFile(""),
  "repo/shared/go.mod": "module x.example/shared\n",
  "repo/shared/s.go": "package shared\n",
  "private/key.pem": canary,
  "private/go.mod": "module x.example/m\n",
  "private/m.go": `package m\n\nimport _ "embed"\n\n//go:embed key.pem\nvar Key string\n`,
};

const shared = `${requiring("x.example/shared")}\nreplace x.example/shared => ../shared\n`;
const using = 'package main\n\nimport _ "x.example/m"\n\nfunc main() {}\n';

interface Attack {
  files?: Record<string, string>;
  /** Links by their place, below the repository. */
  links?: Record<string, string>;
  args?: object;
  prepare?: (directory: string) => void;
  message: RegExp;
}

const replacing = (directory: string): Record<string, string> => ({
  "repo/api/go.mod": `${requiring("x.example/m")}\nreplace x.example/m => ${directory}\n`,
  "repo/api/main.go": using,
});

const up = "../".repeat(24);
const outside = /outside of \/\S+\/repo, beyond which nothing is read/;
const versionControl = /in a directory of version control, where a checkout keeps credentials/;

const attacks: Record<string, Attack> = {
  "a module beside the repository": { files: replacing("../../private"), message: outside },
  "a module behind /proc/self/cwd": { files: replacing(`${up}proc/self/cwd/private`), message: outside },
  "a module behind /proc/self/root": {
    prepare: (directory) =>
      fs.writeFileSync(
        path.join(directory, "repo/api/go.mod"),
        replacing(`${up}proc/self/root${directory}/private`)["repo/api/go.mod"] ?? "",
      ),
    files: { "repo/api/main.go": using },
    message: outside,
  },
  "a module behind a link of the repository": {
    files: replacing("../lib"),
    links: { lib: "../private" },
    message: outside,
  },
  "a module in .git": { files: replacing("../.git/mod"), message: versionControl },
  "a module behind a link into .git": {
    files: replacing("../lib"),
    links: { lib: ".git/mod" },
    message: versionControl,
  },
  "a member of go.work": {
    files: { "repo/go.work": "go 1.23\n\nuse (\n\t./api\n\t../private\n)\n", "repo/api/main.go": using },
    message: outside,
  },
  "a replacement in go.work": {
    files: {
      "repo/go.work": "go 1.23\n\nuse ./api\n\nreplace x.example/m => ../private\n",
      "repo/api/go.mod": requiring("x.example/m"),
      "repo/api/main.go": using,
    },
    message: outside,
  },
  "a replacement that only a replaced module requires": {
    files: {
      "repo/api/go.mod": `${shared}replace x.example/m => ../../private\n`,
      "repo/api/main.go": 'package main\n\nimport _ "x.example/shared"\n\nfunc main() {}\n',
      "repo/shared/go.mod": "module x.example/shared\n\nrequire x.example/m v0.0.0\n",
      "repo/shared/s.go": 'package shared\n\nimport _ "x.example/m"\n',
    },
    message: outside,
  },
  "a file that is embedded": {
    files: { "repo/api/main.go": embedding("key.txt") },
    links: { "api/key.txt": "../../private/key.pem" },
    message: outside,
  },
  "a file that is embedded, where an unneeded replacement would widen the root": {
    files: {
      "repo/api/go.mod": `module m.example\n\ngo 1.23\n\nreplace x.y/z => ${up}proc/self/cwd/private\n`,
      "repo/api/main.go": embedding("key.txt"),
    },
    links: { "api/key.txt": "../../private/key.pem" },
    message: outside,
  },
  "a pattern that goes through a linked directory": {
    files: { "repo/api/main.go": embedding("keys/key.pem") },
    links: { "api/keys": "../../private" },
    message: outside,
  },
  "a package behind a link": {
    files: { "repo/api/main.go": 'package main\n\nimport _ "m.example/key"\n\nfunc main() {}\n' },
    links: { "api/key": "../../private" },
    message: outside,
  },
  "a Go file of the package": {
    links: { "api/zzz.go": "../../private/m.go" },
    message: outside,
  },
  "an #include of assembly, through a link": {
    files: { "repo/api/a.s": '#include "keys/key.pem"\n' },
    links: { "api/keys": "../../private" },
    message: outside,
  },
  "the profile default.pgo": { links: { "api/default.pgo": "../../private/key.pem" }, message: outside },
  "a file that runtime.files names": {
    links: { "api/data": "../../private/key.pem" },
    args: { runtime: { files: ["data"] } },
    message: outside,
  },
  "a directory of runtime.files with such a link": {
    files: { "repo/api/data/a": "" },
    links: { "api/data/b": "../../../private/key.pem" },
    args: { runtime: { files: ["data"] } },
    message: outside,
  },
  "go.mod as a link": {
    prepare: (directory) => fs.rmSync(path.join(directory, "repo/api/go.mod")),
    links: { "api/go.mod": "../../private/go.mod" },
    message: outside,
  },
  "go.sum as a link": { links: { "api/go.sum": "../../private/key.pem" }, message: outside },
  "go.work as a link": { links: { "go.work": "../private/key.pem" }, message: outside },
  "a vendored package behind a link": {
    files: { "repo/api/vendor/modules.txt": "# x.example/m v0.0.0\n", ...{ "repo/api/main.go": using } },
    links: { "api/vendor/x.example": "../../../private" },
    message: outside,
  },
  "modules.txt as a link": {
    links: { "api/vendor/modules.txt": "../../../private/key.pem" },
    message: outside,
  },
  "a link into the repository's .git": {
    files: { "repo/api/main.go": embedding("config.txt") },
    links: { "api/config.txt": "../.git/config" },
    message: versionControl,
  },
  "a link into .git from a module beside the service": {
    files: {
      "repo/api/go.mod": shared,
      "repo/api/main.go": 'package main\n\nimport _ "x.example/shared"\n\nfunc main() {}\n',
      "repo/shared/s.go": 'package shared\n\nimport _ "embed"\n\n//go:embed c/config\nvar c string\n',
    },
    links: { "shared/c": "../.git" },
    message: versionControl,
  },
  "an #include of .git, with no link": {
    files: {
      "repo/api/go.mod": shared,
      "repo/api/main.go": 'package main\n\nimport _ "x.example/shared"\n\nfunc main() {}\n',
      "repo/shared/s.s": '#include "../.git/config"\n',
    },
    message: versionControl,
  },
  "a package in .git, with no link": {
    files: {
      "repo/go.mod": "module r.example\n\ngo 1.23\n",
      "repo/main.go": 'package main\n\nimport _ "r.example/.git/mod"\n\nfunc main() {}\n',
    },
    args: { source: "repo" },
    message: versionControl,
  },
  "a file that runtime.files names in .git": {
    files: { "repo/go.mod": "module r.example\n\ngo 1.23\n", "repo/main.go": goFile("") },
    args: { source: "repo", runtime: { files: [".git/config"] } },
    message: versionControl,
  },
};

describe("source that reaches outside the repository", () => {
  for (const [what, { files = {}, links = {}, args = {}, prepare, message }] of Object.entries(attacks)) {
    it(`is refused: ${what}`, async () => {
      const { error, children, context } = await outcome(
        { ...machine, ...files },
        { source: "repo/api", ...args },
        (directory) => {
          prepare?.(directory);
          for (const [place, target] of Object.entries(links)) {
            const link = path.join(directory, "repo", place);
            fs.mkdirSync(path.dirname(link), { recursive: true });
            fs.symlinkSync(target, link);
          }
        },
      );
      assert.match(error, message);
      assert.doesNotMatch(error, new RegExp(canary));
      assert.deepEqual([children, context], [[], []]);
    });
  }

  it("is not read when nothing requires it", async () => {
    const { error, context } = await outcome(
      {
        ...machine,
        "repo/api/go.mod": `module m.example\n\ngo 1.23\n\nreplace x.example/m => ../../private\n\nreplace x.y/z => ${up}proc/kmsg\n`,
      },
      { source: "repo/api" },
    );
    assert.equal(error, "");
    assert.deepEqual(context, ["go.mod", "main.go"]);
  });

  const endless: Record<string, [place: string, target: string]> = {
    ".dockerignore without an end": ["api/.dockerignore", "/dev/zero"],
    "go.mod that waits": ["api/go.mod", "/proc/kmsg"],
    "modules.txt that waits": ["api/vendor/modules.txt", "/proc/kmsg"],
    "go.work without an end": ["go.work", "/dev/zero"],
    "a main file without an end": ["api/other.go", "/dev/urandom"],
  };
  for (const [what, [place, target]] of Object.entries(endless)) {
    it(`does not hang a preview: ${what}`, async () => {
      const { error } = await outcome(machine, { source: "repo/api" }, (directory) => {
        const link = path.join(directory, "repo", place);
        fs.mkdirSync(path.dirname(link), { recursive: true });
        fs.rmSync(link, { force: true });
        fs.symlinkSync(target, link);
      });
      assert.match(error, outside);
    });
  }

  const fifos = ["api/.dockerignore", "api/go.mod", "api/go.sum", "api/vendor/modules.txt", "go.work"];
  for (const place of fifos) {
    it(`does not hang a preview: ${place} as a FIFO`, async () => {
      const { error } = await outcome(machine, { source: "repo/api" }, (directory) => {
        const file = path.join(directory, "repo", place);
        fs.mkdirSync(path.dirname(file), { recursive: true });
        fs.rmSync(file, { force: true });
        execFileSync("mkfifo", [file]);
      });
      assert.match(error, /is a FIFO, a socket or a device file/);
    });
  }

  for (const [file, size, message] of [
    [
      "main.go",
      70 * 2 ** 20,
      /main\.go has 73400320 bytes, more than the 67108864 that such a file may have/,
    ],
    ["huge.s", 70 * 2 ** 20, /huge\.s has 73400320 bytes/],
    ["go.mod", 70 * 2 ** 20, /go\.mod has 73400320 bytes/],
    [".dockerignore", 2 ** 20, /\.dockerignore has 1048576 bytes, more than the 262144/],
  ] as const) {
    it(`is refused when it is too large: ${file} of ${size} bytes`, async () => {
      const { error } = await outcome(machine, { source: "repo/api" }, (directory) =>
        fs.truncateSync(ensured(path.join(directory, "repo/api", file)), size),
      );
      assert.match(error, message);
    });
  }

  it("is refused when directories nest too deeply", async () => {
    const { error } = await outcome(
      { ...machine, "repo/api/main.go": embedding("d") },
      { source: "repo/api" },
      (directory) => {
        const deep = path.join(directory, "repo/api/d", ...Array.from({ length: 300 }, () => "d"));
        fs.mkdirSync(deep, { recursive: true });
        fs.writeFileSync(path.join(deep, "f"), "");
      },
    );
    assert.match(error, /is more than 256 directories deep; move it up/);
  });
});

function ensured(file: string): string {
  fs.closeSync(fs.openSync(file, "a"));
  return file;
}
