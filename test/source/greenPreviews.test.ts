// Source trees whose build would fail, or make another image than was meant, though the tree shows it: the preview says so.

import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { accepted, hello, outcome, refused } from "../support/outcome";

const main = "package main\n\nfunc main() {}\n";
const importing = (name: string) => `package main\n\nimport _ "${name}"\n\nfunc main() {}\n`;
const pem = (what: string) => `-----BEGIN ${what}-----\nMIIB\n-----END ${what}-----\n`;

describe("source that could not be built as it is", () => {
  it("is refused when go.work uses a module that is not checked out", () =>
    refused(
      /source: go\.work uses lib, which has no go\.mod: check it out, or remove it with go work edit -dropuse/,
      {
        ...hello(),
        "go.work": "go 1.23\n\nuse (\n\t./hello\n\t./lib\n)\n",
      },
    ));

  it("causes a warning when go.work is outside the repository and not read", async () => {
    const files = { ...hello(), "hello/.git/HEAD": "", "go.work": "go 1.23\nuse ./hello\n" };
    const { warnings } = await accepted(files);
    assert.match(
      warnings.join(),
      /go\.work is not read, because it is outside of hello: .* let sourceRoot name its directory/,
    );
    assert.deepEqual((await accepted(files, { sourceRoot: "." })).warnings, []);
  });

  it("is refused when the main package is in a nested module that go.work does not list", async () => {
    const nested = hello({
      "cmd/api/go.mod": "module example.com/hello/cmd/api\n\ngo 1.23\n",
      "cmd/api/main.go": main,
    });
    const mainPackage = "./cmd/api";
    await refused(
      /mainPackage: "\.\/cmd\/api" is in a module of its own, hello\/cmd\/api; name that directory as source/,
      nested,
      { mainPackage },
    );
    await accepted({ ...nested, "go.work": "go 1.23\nuse ./hello\nuse ./hello/cmd/api\n" }, { mainPackage });
  });

  it("causes a warning when mainPackage names one file of a larger package", async () => {
    const files = hello({
      "cmd/main.go": "package main\n\nfunc main() { serve() }\n",
      "cmd/serve.go": "package main\n\nfunc serve() {}\n",
      "cmd/gen.go": `//go:build ignore\n\n${main}`,
      "cmd/other.go": main,
    });
    const { warnings } = await accepted(files, { mainPackage: "./cmd/main.go" });
    assert.match(
      warnings.join(),
      /mainPackage \.\/cmd\/main\.go compiles that file alone, without cmd\/serve\.go: name the package, \.\/cmd, if/,
    );
    const alone = hello({ "cmd/main.go": main, "cmd/other.go": main });
    assert.deepEqual((await accepted(alone, { mainPackage: "./cmd/main.go" })).warnings, []);
  });

  const missing: [what: string, files: Record<string, string>, found: RegExp][] = [
    [
      "a directory that is not there",
      {},
      /main\.go imports example\.com\/hello\/gen\/Api, but gen\/Api is not there\. If it is generated/,
    ],
    [
      "a directory without Go files",
      { "gen/Api/api.proto": "", "gen/Api/x_test.go": "package api\n" },
      /but gen\/Api has no Go files\. If it is generated, or ignored by git, create it before pulumi runs/,
    ],
    [
      "a directory in another case",
      { "Gen/api/x.go": "package api\n" },
      /but there is only Gen\/api, and Linux is case-sensitive/,
    ],
  ];
  for (const [what, files, found] of missing) {
    it(`is refused when it imports its own missing package: ${what}`, () =>
      refused(found, hello({ "main.go": importing("example.com/hello/gen/Api"), ...files })));
  }

  it("may import a missing package below its own path when another module may have it or a build tag excludes it", async () => {
    const remote = "module example.com/hello\n\ngo 1.23\n\nrequire example.com/hello/gen v1.0.0\n";
    await accepted(
      hello({ "go.mod": remote, "go.sum": "", "main.go": importing("example.com/hello/gen/api") }),
    );
    // Before Go 1.17 a go.mod does not list what only other modules require.
    const old = "module example.com/hello\n\ngo 1.16\n";
    await accepted(hello({ "go.mod": old, "go.sum": "", "main.go": importing("example.com/hello/gen/api") }));
    // What a build tag may leave out is not needed for certain.
    await accepted(
      hello({
        "more.go": `//go:build go1.99\n\n${importing("example.com/hello/gen/api").replace("func main() {}\n", "")}`,
      }),
    );
  });

  it("is refused when go.mod or go.work has a directive that the chosen Go does not know", async () => {
    const tool = hello({ "go.mod": "module example.com/hello\n\ngo 1.23\n\ntool example.com/hello/gen\n" });
    await refused(
      /build\.goVersion: gives golang:1\.23, but go\.mod or go\.work has directives that only Go 1\.24 and newer know/,
      tool,
      { build: { goVersion: "1.23" } },
    );
    await accepted(tool);
    const member = {
      ...hello(),
      "go.work": "go 1.23\nuse ./hello\nuse ./b\n",
      "b/go.mod": "module b\n\ngo 1.23\n\nignore ./web\n",
    };
    await refused(/only Go 1\.25 and newer know/, member, { build: { goVersion: "1.24" } });
  });

  it("is refused when it has Git LFS pointers in place of files", async () => {
    const pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n";
    const embedding =
      'package main\n\nimport _ "embed"\n\n//go:embed model.bin\nvar model []byte\n\nfunc main() {}\n';
    const message = /source: has Git LFS pointers in place of model\.bin; run git lfs pull/;
    await refused(message, hello({ "main.go": embedding, "model.bin": pointer }));
    await refused(
      /in place of data\/a\.bin, data\/b\.bin; run/,
      hello({ "data/a.bin": pointer, "data/b.bin": pointer }),
      {
        runtime: { files: ["data"] },
      },
    );
    await accepted(hello({ "model.bin": pointer }));
  });
});

describe("directories in runtime.files", () => {
  it("are followed through links to directories", async () => {
    const { context } = await accepted(
      hello({ "assets/css/a.css": "" }),
      { runtime: { files: ["data"] } },
      (directory) => {
        fs.mkdirSync(path.join(directory, "hello/data"));
        fs.symlinkSync("../assets", path.join(directory, "hello/data/web"));
      },
    );
    assert.deepEqual(context, ["data/web/css/a.css", "go.mod", "main.go"]);
  });

  it("are refused when links lead to each other", async () => {
    await refused(
      /a\/b\/a is a link to a directory that contains it/,
      hello(),
      { runtime: { files: ["a"] } },
      (directory) => {
        for (const [one, other] of [
          ["a", "b"],
          ["b", "a"],
        ] as const) {
          fs.mkdirSync(path.join(directory, "hello", one), { recursive: true });
          fs.symlinkSync(`../${other}`, path.join(directory, "hello", one, other));
        }
      },
    );
  });

  it("are refused when links multiply without end", async () => {
    const { error } = await outcome(hello(), { runtime: { files: ["d0"] } }, (directory) => {
      for (let n = 0; n < 24; n++) {
        const place = path.join(directory, "hello", `d${n}`);
        fs.mkdirSync(place);
        for (const link of ["x", "y"]) fs.symlinkSync(`../d${n + 1}`, path.join(place, link));
      }
      fs.mkdirSync(path.join(directory, "hello/d24"));
    });
    assert.match(error, /runtime\.files: has more than 1000 links to directories in "d0"/);
  });

  it("leave out secrets, node_modules and Pulumi's files unless they are named", async () => {
    const files = hello({
      ...{
        ".env": "",
        "Pulumi.prod.yaml": "",
        "node_modules/x/index.js": "",
        "tls.key": "",
        "prod.tfstate": "",
      },
      ...{
        ".aws/credentials": "",
        "key.pem": pem("EC PRIVATE KEY"),
        "ca.pem": pem("CERTIFICATE"),
        "index.html": "",
      },
    });
    const all = await accepted(files, { runtime: { files: ["."] } });
    assert.deepEqual(all.context, ["ca.pem", "go.mod", "index.html", "main.go"]);
    assert.deepEqual(all.warnings, []);
    const named = await accepted(files, { runtime: { files: [".", "key.pem", "node_modules"] } });
    assert.deepEqual(named.context, [
      "ca.pem",
      "go.mod",
      "index.html",
      "key.pem",
      "main.go",
      "node_modules/x/index.js",
    ]);
    assert.match(named.warnings.join(), /key\.pem look like secrets/);
  });

  it("leave out a link to a secret, whatever its own name", async () => {
    const { context } = await accepted(
      hello({ "data/a": "", ".env": "" }),
      { runtime: { files: ["data"] } },
      (directory) => fs.symlinkSync("../.env", path.join(directory, "hello/data/settings.txt")),
    );
    assert.deepEqual(context, ["data/a", "go.mod", "main.go"]);
  });
});
