// Rows of test/badInputs.md about what lies on disk, seen through a component under Pulumi's mocks: what it refuses
// before a child is registered, and what is in the build context that it leaves behind.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as net from "node:net";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { GoMultiStageImage, type GoMultiStageImageArgs } from "../../components";
import { destinationProblems } from "../../components/validate";
import { helloFiles, makeTree } from "../support/module";

const main = helloFiles["main.go"] ?? "";
const repository = "registry.example.com/team/hello";

interface Outcome {
  /** Message of the error that the constructor threw; "" when it threw none. */
  error: string;
  children: string[];
  /** Files of the build context. */
  context: string[];
  warnings: string[];
}

/** What comes of a component, given these inputs, in a project directory with these files. */
async function outcome(
  files: Record<string, string>,
  args: Partial<GoMultiStageImageArgs> = {},
  prepare: (directory: string) => void = () => undefined,
): Promise<Outcome> {
  const children: string[] = [];
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, inputs }) => {
        children.push(type);
        return { id: "id", state: inputs as Record<string, unknown> };
      },
      call: ({ inputs }) => inputs as Record<string, unknown>,
    },
    "project",
    "stack",
    true,
  );
  const before = process.cwd();
  const directory = makeTree(files);
  const warnings: string[] = [];
  const warn = pulumi.log.warn;
  (pulumi.log as { warn: unknown }).warn = (text: string) => Promise.resolve(void warnings.push(text));
  process.chdir(directory);
  let error = "";
  try {
    prepare(directory);
    new GoMultiStageImage("api", { source: "hello", repository, ...args });
    for (let turn = 0; turn < 100; turn++) await new Promise(setImmediate);
  } catch (thrown) {
    error = (thrown as Error).message;
  } finally {
    process.chdir(before);
    (pulumi.log as { warn: unknown }).warn = warn;
  }
  const source = path.join(directory, ".goimage/stack/api-MultiStage/src");
  const staged = fs.existsSync(source) ? fs.readdirSync(source, { recursive: true, encoding: "utf8" }) : [];
  const context = staged.filter((file) => fs.statSync(path.join(source, file)).isFile()).sort();
  return { error, children: children.filter((type) => type.startsWith("docker")), context, warnings };
}

const hello = (more: Record<string, string> = {}) =>
  Object.fromEntries(
    Object.entries({ ...helloFiles, ...more }).map(([file, text]) => [`hello/${file}`, text]),
  );

/** Refused in words that match, with nothing registered and nothing staged. */
async function refused(message: RegExp, ...given: Parameters<typeof outcome>): Promise<void> {
  const { error, children, context } = await outcome(...given);
  assert.match(error, message);
  assert.match(error, /nothing was built/);
  assert.deepEqual([children, context], [[], []]);
}

async function accepted(...given: Parameters<typeof outcome>): Promise<Outcome> {
  const result = await outcome(...given);
  assert.equal(result.error, "");
  assert.deepEqual(result.children, ["docker:index/image:Image"]);
  return result;
}

describe("bad sources", () => {
  it("bad input 38: a source that is not there", () =>
    refused(
      /\n {2}source: "nowhere" does not exist; it is relative to the Pulumi project/,
      {},
      { source: "nowhere" },
    ));

  it("bad input 38: a file in place of a source", () =>
    refused(/\n {2}source: "hello\/main\.go" is not a directory/, hello(), { source: "hello/main.go" }));

  it("bad input 38: the root directory as source", () =>
    refused(/\n {2}source: "\/" /, hello(), { source: "/" }));

  it("bad input 38: a go.mod in the home directory", async () => {
    const home = process.env["HOME"];
    try {
      const prepare = (directory: string) => (process.env["HOME"] = directory);
      const files = { ...helloFiles, "work/main.go": main };
      for (const source of [".", "work"])
        await refused(
          /\n {2}source: ".*" has its go\.mod.* would span the home directory/,
          files,
          { source },
          prepare,
        );
      await accepted(hello(), {}, prepare);
    } finally {
      process.env["HOME"] = home;
      if (home === undefined) delete process.env["HOME"];
    }
  });

  it("bad input 38: a local replacement that makes the build span the home directory", async () => {
    const home = process.env["HOME"];
    const files = {
      "a/go.mod": "module m\n\ngo 1.23\n\nrequire x.example/b v0.0.0\n\nreplace x.example/b => ../b\n",
      ...{ "a/main.go": main, "b/go.mod": "module x.example/b\n" },
    };
    try {
      await refused(/would span the home directory/, files, { source: "a" }, (directory) => {
        process.env["HOME"] = directory;
      });
      await accepted(files, { source: "a" });
    } finally {
      process.env["HOME"] = home;
      if (home === undefined) delete process.env["HOME"];
    }
  });

  it("bad input 39: no go.mod", () =>
    refused(/\n {2}source: "hello" has no go\.mod, nor has any directory above it/, {
      "hello/main.go": main,
    }));

  const requiring = "module m\n\ngo 1.23\n\nrequire example.com/lib v1.0.0\n";
  const importing = 'package main\n\nimport _ "example.com/lib/x"\n\nfunc main() {}\n';

  it("bad input 39: no go.sum although the program imports a module that is not on disk", async () => {
    const files = hello({ "go.mod": requiring, "main.go": importing });
    await refused(/\n {2}source: imports example\.com\/lib\/x, but there is no go\.sum .*go mod tidy/, files);
    await accepted({ ...files, "hello/go.sum": "x" });
    await accepted({ ...files, "hello/vendor/modules.txt": "" });
    await accepted(files, { build: { flags: ["-mod=mod"] } });
    // The go command does not miss it either where nothing is imported.
    await accepted(hello({ "go.mod": requiring }));
  });

  it("bad input 39: a go line that is newer than the toolchain that was asked for", async () => {
    const files = hello({ "go.mod": "module m\n\ngo 1.99\n" });
    for (const build of [{ goVersion: "1.23" }, { image: "golang:1.23-alpine" }])
      await refused(/\n {2}build\.\w+: gives golang:1\.23.*, but go\.mod asks for Go 1\.99/, files, {
        build,
      });
    await refused(/\n {2}recipe: gives golang:1\.23, but go\.mod asks for Go 1\.99/, files, {
      recipe: "classic",
    });
  });

  it("bad input 39: a go line that is no version", () =>
    refused(
      /\n {2}source: go\.mod of "hello" has a go line that is no version: latest/,
      hello({ "go.mod": "module m\ngo latest\n" }),
    ));

  const replacing = (directory: string) =>
    `module m\n\ngo 1.23\n\nrequire example.com/lib v1.0.0\n\nreplace example.com/lib => ${directory}\n`;

  it("bad input 39: a replacement outside of the module, which is taken in", async () => {
    const files = { ...hello({ "go.mod": replacing("../lib"), "main.go": importing }) };
    const lib = {
      "lib/go.mod": "module example.com/lib\n",
      "lib/x/x.go": "package x\n",
      "lib/secret.txt": "",
    };
    const { context } = await accepted({ ...files, ...lib });
    assert.deepEqual(context, ["hello/go.mod", "hello/main.go", "lib/go.mod", "lib/x/x.go"]);
  });

  it("bad input 39: a replacement that is not there, or absolute", async () => {
    await refused(
      /\n {2}source: go\.mod of "hello" replaces example\.com\/lib by lib, which has no go\.mod/,
      hello({ "go.mod": replacing("../lib") }),
    );
    await refused(
      /\n {2}source: go\.mod of "hello" names the absolute path \/lib/,
      hello({ "go.mod": replacing("/lib") }),
    );
  });

  it("bad input 40: links in a circle or to nowhere, which are passed over", async () => {
    const { context } = await accepted(hello(), { runtime: { files: ["data"] } }, (directory) => {
      const data = path.join(directory, "hello/data");
      fs.mkdirSync(data);
      fs.writeFileSync(path.join(data, "x"), "");
      fs.symlinkSync("../data", path.join(data, "circle"));
      fs.symlinkSync("self", path.join(data, "self"));
      fs.symlinkSync("nowhere", path.join(data, "dangling"));
      fs.symlinkSync("b.go", path.join(directory, "hello/a.go"));
      fs.symlinkSync("a.go", path.join(directory, "hello/b.go"));
    });
    assert.deepEqual(context, ["data/x", "go.mod", "main.go"]);
  });

  const special: [string, (file: string) => void, string][] = [
    [
      "a link out of the module",
      (file) => fs.symlinkSync("/etc/passwd", file),
      "a link that leaves the module",
    ],
    [
      "a link to an endless device",
      (file) => fs.symlinkSync("/dev/zero", file),
      "a link that leaves the module",
    ],
    ["a FIFO", (file) => execFileSync("mkfifo", [file]), "a FIFO, a socket or a device file"],
    [
      "a link to a FIFO",
      (file) => {
        execFileSync("mkfifo", [path.join(path.dirname(file), "pipe")]);
        fs.symlinkSync("pipe", file);
      },
      "a FIFO, a socket or a device file",
    ],
  ];
  for (const [what, make, reason] of special) {
    it(`bad input 40: ${what}, in a package and in shipped files`, async () => {
      await refused(new RegExp(`\\n {2}source: x\\.go is ${reason}`), hello(), {}, (directory) =>
        make(path.join(directory, "hello/x.go")),
      );
      const shipped = { runtime: { files: ["data"] } };
      await refused(
        new RegExp(`\\n {2}source: data/x is ${reason}`),
        hello({ "data/y": "" }),
        shipped,
        (directory) => make(path.join(directory, "hello/data/x")),
      );
    });
  }

  it("bad input 40: a socket, in a package", async () => {
    const server = net.createServer();
    try {
      const directory = makeTree({});
      // The path of a socket is limited to about a hundred characters.
      const file = path.join(directory, "x.go");
      await new Promise<void>((resolve) => server.listen(file, resolve));
      await refused(/\n {2}source: x\.go is a (link that leaves|FIFO, a socket)/, hello(), {}, (project) =>
        fs.renameSync(file, path.join(project, "hello/x.go")),
      );
    } finally {
      server.close();
    }
  });

  it("bad input 41: secrets and other people's files beside the code never travel", async () => {
    const beside = {
      ...{
        ".env": "",
        ".env.local": "",
        ".git/config": "",
        id_rsa: "",
        id_ed25519: "",
        "tls.pem": "",
        "tls.key": "",
      },
      ...{
        ".npmrc": "",
        ".netrc": "",
        "Pulumi.prod.yaml": "",
        "Pulumi.yaml": "",
        "node_modules/x/x.go": "package x\n",
      },
      ...{ ".goimage/old": "", "store.p12": "", ".dockerignore": "" },
    };
    const { context } = await accepted(hello(beside));
    assert.deepEqual(context, ["go.mod", "main.go"]);
    // Nor where the whole module is taken.
    const cgo = { "c.go": 'package main\n\n// #cgo CFLAGS: -I../elsewhere\nimport "C"\n' };
    const build = { cgoEnabled: true, image: "golang:1.23-alpine" };
    assert.deepEqual((await accepted(hello({ ...beside, ...cgo }), { build })).context, [
      "c.go",
      "go.mod",
      "main.go",
    ]);
  });

  it("bad input 41: a secret that is shipped by name travels with a warning", async () => {
    const files = hello({ "config/.env": "", "config/app.json": "" });
    const { context, warnings } = await accepted(files, { runtime: { files: ["config"] } });
    assert.deepEqual(context, ["config/.env", "config/app.json", "go.mod", "main.go"]);
    assert.match(warnings.join(), /config\/\.env look like secrets and are sent to the builder/);
  });
});

describe("inputs that belong together", () => {
  it("bad input 17: two images that are pushed to one tag", async () => {
    const second = (args: Partial<GoMultiStageImageArgs>) => () => {
      new GoMultiStageImage("first", { source: "hello", repository, tags: ["v1", "latest"] });
      Object.assign(args, { repository });
    };
    const taken =
      /\n {2}tags\[1\]: "latest" of registry\.example\.com\/team\/hello is what "first" in this program pushes to/;
    const args: Partial<GoMultiStageImageArgs> = { tags: ["v2", "latest"] };
    const { error } = await outcome(hello(), args, second(args));
    assert.match(error, taken);
    assert.equal((await outcome(hello(), {}, second({}))).error.match(/is what "first"/)?.length, 1);
    assert.equal((await outcome(hello(), { tags: ["v2"] }, second({}))).error, "");
    // The next run of a program begins anew.
    assert.equal((await outcome(hello(), { tags: ["latest"] })).error, "");
  });

  it("bad input 54: settings whose names or values look like secrets", async () => {
    const { warnings } = await accepted(hello(), {
      build: { env: { NPM_TOKEN: "x" } },
      runtime: {
        env: {
          DB_PASSWORD: "x",
          PASSWORD_FILE: "/run/p",
          TOKEN_URL: "x",
          MONKEY: "x",
          URL: "postgres://u:p@db/x",
        },
        labels: { "com.example.api-key": "x", "org.opencontainers.image.title": "x", "public.key": "x" },
      },
    });
    assert.deepEqual(
      warnings.map((text) => text.slice(0, text.indexOf(":"))),
      [
        "build.env.NPM_TOKEN",
        "runtime.env.DB_PASSWORD",
        "runtime.env.URL",
        "runtime.labels.com.example.api-key",
      ].map((name) => `${name} looks like a secret`),
    );
    const tokens = {
      PEM: "-----BEGIN RSA PRIVATE KEY-----",
      AWS: `AKIA${"A".repeat(16)}`,
      GH: `ghp_${"a".repeat(36)}`,
    };
    for (const [name, value] of Object.entries(tokens)) {
      await refused(
        new RegExp(`runtime\\.env\\.${name}: looks like an? .*; a secret would be readable`),
        hello(),
        {
          runtime: { env: { [name]: value } },
        },
      );
      await refused(/runtime\.command\[0\]: looks like an? /, hello(), { runtime: { command: [value] } });
    }
  });

  it("bad input 55: a secret Output in the name of the image", async () => {
    const { warnings } = await accepted(hello(), { repository: pulumi.secret(repository) });
    assert.match(warnings.join(), /repository or tags is a secret, but the name of an image is readable/);
    assert.deepEqual((await accepted(hello(), { repository: pulumi.output(repository) })).warnings, []);
  });

  it("bad input 56: an Output that turns out to hold nothing, or nonsense, is refused by name", async () => {
    for (const [args, field] of [
      [{ repository: pulumi.output(null) }, "repository: null is not a string"],
      [{ repository: pulumi.output(undefined) }, "repository: null is not a string"],
      [{ tags: pulumi.output([null]) }, "tags[0]: is missing"],
      [{ tags: pulumi.output("v1") }, 'tags: "v1" is not a list'],
      [{ tags: [pulumi.output("a b")] }, 'tags[0]: "a b" may have only'],
    ] as const) {
      // A component's Outputs cannot be caught from outside; the checks that they get are the same.
      const { repository: given = repository, tags } = args as { repository?: unknown; tags?: unknown };
      const known = await new Promise<unknown[]>((resolve) =>
        pulumi.all([given, tags]).apply((values) => resolve(values)),
      );
      const found = destinationProblems(known[0] ?? null, known[1]);
      assert.ok(
        found.some(({ propertyPath, reason }) => `${propertyPath}: ${reason}`.startsWith(field)),
        field,
      );
    }
  });

  it("bad input 54: a private key of several lines is not shown in the error about its line ends", async () => {
    const key = "-----BEGIN PRIVATE KEY-----\nhunter2\n-----END PRIVATE KEY-----\n";
    const runtime = { env: { KEY: key }, labels: { a: "hunter2\n" }, user: key };
    const { error } = await outcome(hello(), { runtime });
    assert.match(error, /3 inputs are not valid/);
    assert.ok(!error.includes("hunter2"), error);
  });
});
