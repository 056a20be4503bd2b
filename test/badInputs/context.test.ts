// Rows of test/badInputs.md about what lies on disk.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as net from "node:net";
import * as path from "node:path";
import { helloFiles, makeTree } from "../support/module";
import { accepted, hello, refused } from "../support/outcome";

const main = helloFiles["main.go"] ?? "";

describe("bad sources", () => {
  it("bad input 38: a missing source is refused", () =>
    refused(
      /\n {2}source: "nowhere" does not exist: it is relative to the program's directory, so it means \/\S+\/nowhere\n?/,
      {},
      { source: "nowhere" },
    ));

  it("bad input 38: a file as source is refused", () =>
    refused(/\n {2}source: "hello\/main\.go" is not a directory/, hello(), { source: "hello/main.go" }));

  it("bad input 38: the root directory as source is refused", () =>
    refused(/\n {2}source: "\/" /, hello(), { source: "/" }));

  it("bad input 38: a source whose go.mod is in the home directory is refused", async () => {
    const home = process.env["HOME"];
    try {
      const prepare = (directory: string) => (process.env["HOME"] = directory);
      const files = { ...helloFiles, "work/main.go": main };
      for (const source of [".", "work"])
        await refused(
          /\n {2}source: ".*" belongs to the go\.mod or go\.work in the home directory/,
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

  it("modules side by side are accepted below the home directory, and refused directly in it", async () => {
    const home = process.env["HOME"];
    const files = {
      "Pulumi.yaml": "name: p\n",
      "a/go.mod": "module m\n\ngo 1.23\n\nrequire x.example/b v0.0.0\n\nreplace x.example/b => ../b\n",
      ...{ "a/main.go": 'package main\n\nimport _ "x.example/b"\n\nfunc main() {}\n' },
      ...{
        "b/go.mod": "module x.example/b\n",
        "b/b.go": "package b\n",
        "private.txt": "",
        "b/notes.txt": "",
      },
    };
    try {
      const { context } = await accepted(files, { source: "a" }, (directory) => {
        process.env["HOME"] = path.dirname(directory);
      });
      assert.deepEqual(context, ["a/go.mod", "a/main.go", "b/b.go", "b/go.mod"]);
      const message =
        /go\.mod of "a" replaces x\.example\/b by b, which is outside of \/\S+\/a, beyond which nothing is read/;
      await refused(message, files, { source: "a" }, (directory) => {
        process.env["HOME"] = directory;
      });
      await refused(
        /sourceRoot: "\." is the home directory/,
        files,
        { source: "a", sourceRoot: "." },
        (directory) => {
          process.env["HOME"] = directory;
        },
      );
    } finally {
      process.env["HOME"] = home;
      if (home === undefined) delete process.env["HOME"];
    }
  });

  it("bad input 39: a source without go.mod is refused", () =>
    refused(/\n {2}source: "hello" has no go\.mod, and no directory above it/, {
      "hello/main.go": main,
    }));

  const requiring = "module m\n\ngo 1.23\n\nrequire example.com/lib v1.0.0\n";
  const importing = 'package main\n\nimport _ "example.com/lib/x"\n\nfunc main() {}\n';

  it("bad input 39: a missing go.sum is refused when the program imports a module that is not on disk", async () => {
    const files = hello({ "go.mod": requiring, "main.go": importing });
    await refused(/\n {2}source: imports example\.com\/lib\/x, but there is no go\.sum .*go mod tidy/, files);
    await accepted({ ...files, "hello/go.sum": "x" });
    await accepted({ ...files, "hello/vendor/modules.txt": "" });
    await accepted(files, { build: { flags: ["-mod=mod"] } });
    // The go command does not miss it either where nothing is imported.
    await accepted(hello({ "go.mod": requiring }));
  });

  it("bad input 39: a go line newer than the requested toolchain is refused", async () => {
    const files = hello({ "go.mod": "module m\n\ngo 1.99\n" });
    for (const build of [{ goVersion: "1.23" }, { image: "golang:1.23-alpine" }])
      await refused(
        /\n {2}build\.\w+: gives golang:1\.23.*, but go\.mod or go\.work asks for Go 1\.99/,
        files,
        {
          build,
        },
      );
    await refused(/\n {2}recipe: gives golang:1\.23, but go\.mod or go\.work asks for Go 1\.99/, files, {
      recipe: "classic",
    });
  });

  it("bad input 39: a go line that is not a version is refused", () =>
    refused(
      /\n {2}source: go\.mod of "hello" has a go line that is not a version: latest/,
      hello({ "go.mod": "module m\ngo latest\n" }),
    ));

  const replacing = (directory: string) =>
    `module m\n\ngo 1.23\n\nrequire example.com/lib v1.0.0\n\nreplace example.com/lib => ${directory}\n`;

  it("bad input 39: a replacement outside the module is included", async () => {
    const files = { ...hello({ "go.mod": replacing("../lib"), "main.go": importing }) };
    const lib = {
      "lib/go.mod": "module example.com/lib\n",
      "lib/x/x.go": "package x\n",
      "lib/secret.txt": "",
    };
    const { context } = await accepted({ ...files, ...lib });
    assert.deepEqual(context, ["hello/go.mod", "hello/main.go", "lib/go.mod", "lib/x/x.go"]);
  });

  it("bad input 39: a missing or absolute replacement is refused", async () => {
    await refused(
      /\n {2}source: go\.mod of "hello" replaces example\.com\/lib by lib, which has no go\.mod/,
      hello({ "go.mod": replacing("../lib") }),
    );
    await refused(
      /\n {2}source: go\.mod of "hello" names the absolute path \/lib/,
      hello({ "go.mod": replacing("/lib") }),
    );
  });

  it("bad input 40: circular and dangling links in shipped files are refused, unless .dockerignore excludes them", async () => {
    const prepare = (directory: string) => {
      const data = path.join(directory, "hello/data");
      fs.mkdirSync(data);
      fs.writeFileSync(path.join(data, "x"), "");
      fs.symlinkSync("../data", path.join(data, "circle"));
      fs.symlinkSync("self", path.join(data, "self"));
      fs.symlinkSync("nowhere", path.join(data, "dangling"));
      fs.symlinkSync("b.go", path.join(directory, "hello/a.go"));
      fs.symlinkSync("a.go", path.join(directory, "hello/b.go"));
    };
    const runtime = { files: ["data"] };
    await refused(
      /runtime\.files: has links that cannot be shipped: data\/circle is a link to a directory that contains it, data\/dangling is a link that leads nowhere, data\/self is a link that leads nowhere\. Remove them/,
      hello(),
      { runtime },
      prepare,
    );
    const ignoring = hello({ ".dockerignore": "data/circle\ndata/dangling\ndata/self\n" });
    const { context } = await accepted(ignoring, { runtime }, prepare);
    assert.deepEqual(context, ["data/x", "go.mod", "main.go"]);
  });

  const special: [string, (file: string) => void, string][] = [
    [
      "a link out of the module",
      (file) => fs.symlinkSync("/etc/passwd", file),
      "a link that leads outside of /\\S+, beyond which nothing is read",
    ],
    [
      "a link to an endless device",
      (file) => fs.symlinkSync("/dev/zero", file),
      "a link that leads outside of /\\S+, beyond which nothing is read",
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
    it(`bad input 40: ${what} in a package or in shipped files is refused`, async () => {
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

  it("bad input 40: a socket in a package is refused", async () => {
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

  it("bad input 41: secrets and other people's files beside the code are never in the context", async () => {
    const beside = {
      ...{
        ".env": "",
        ".env.local": "",
        ".git/config": "",
        id_rsa: "",
        id_ed25519: "",
        "tls.pem": "-----BEGIN RSA PRIVATE KEY-----\n",
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

  it("bad input 41: a secret that is shipped by name causes a warning", async () => {
    const files = hello({ "config/.env": "", "config/app.json": "" });
    const { context, warnings } = await accepted(files, { runtime: { files: ["config", "config/.env"] } });
    assert.deepEqual(context, ["config/.env", "config/app.json", "go.mod", "main.go"]);
    assert.match(warnings.join(), /config\/\.env look like secrets and are sent to the builder/);
  });
});
