// Private modules behind a company's proxy: the credentials reach the download and nothing else.

import assert from "node:assert/strict";
import * as path from "node:path";
import { makeTree } from "../support/module";
import { assertNowhere, loud, placesOf } from "./support/project/canary";
import { readableBases } from "./support/images/bases";
import { builder } from "./support/project/environment";
import { moduleProxy, startCompanyServer, type CompanyServer } from "./support/servers/companyServer";
import { moduleRepository, programOf, repositoryPath } from "./support/images/gitModule";
import { gitRepositories } from "./support/servers/gitServer";
import { Project, run } from "./support/project/project";

const password = "canary-9d1f4c77";
const registryPassword = "canary-5be0a3e2";

const service = {
  "hello/go.mod": "module example.com/hello\n\ngo 1.23\n\nrequire github.com/josharian/intern v1.0.0\n",
  "hello/go.sum": `github.com/josharian/intern v1.0.0 h1:vlS4z54oSdjm0bgjRigI+G1HpF+tI+9rE5LLzOg8HmY=
github.com/josharian/intern v1.0.0/go.mod h1:5DoeVV0s6jJacbCEi61lwdGj/aVlrQvzHFFd8Hwg//Y=
`,
  "hello/main.go":
    'package main\n\nimport "github.com/josharian/intern"\n\nfunc main() { println(intern.String("a")) }\n',
};

describe("private modules behind a company's proxy", function () {
  this.timeout(600_000);
  let proxy: CompanyServer;
  let bases: Awaited<ReturnType<typeof readableBases>>;

  before(async () => {
    bases = await readableBases();
    const cache = makeTree({});
    const source = makeTree(service);
    const env = { GOMODCACHE: cache, GOFLAGS: "-modcacherw" };
    const downloaded = await run("go", ["mod", "download"], path.join(source, "hello"), env);
    assert.equal(downloaded.code, 0, downloaded.output);
    proxy = await startCompanyServer("robot", password, moduleProxy(path.join(cache, "cache/download")));
  });

  after(() => proxy?.close());

  const program =
    (build: string, more = "") =>
    (repository: string) => `
const { GoMultiStageImage } = require("goimage");
const { readFileSync } = require("node:fs");
const pulumi = require("@pulumi/pulumi");
const config = new pulumi.Config();
const image = new GoMultiStageImage("hello", {
  source: "hello", repository: "${repository}", builder: "${builder}", ${more}
  build: { image: "${bases.golang}", goProxy: "${proxy.url}", env: { GONOSUMDB: "*", GOFLAGS: "-mod=readonly" }, ${build} },
  runtime: { image: "${bases.alpine}" },
});
module.exports = { ref: image.ref };
`;
  const certificates = 'caCertificates: readFileSync("company.pem", "utf8"),';
  // The go command compares the host with its port.
  const netrcText = (word: string) => `machine ${new URL(proxy.url).host} login robot password ${word}`;
  const netrc = (word: string) => `netrc: pulumi.secret("${netrcText(word)}"),`;
  // A name of its own gives each project empty module caches on the builder.
  const project = (build: string, name: string, more = "") =>
    new Project(
      program(build, more),
      { ...service, "company.pem": proxy.authority },
      `${name}-${Date.now()}`,
    );

  it("fail without the company's certificates, with the go command's error", async () => {
    const { code, output } = await project(netrc(password), "no-ca").pulumi([
      "up",
      "--yes",
      "--skip-preview",
    ]);
    assert.notEqual(code, 0);
    assert.match(output, /certificate signed by unknown authority/);
  });

  it("fail without credentials, with the go command's error", async () => {
    const { code, output } = await project(certificates, "no-netrc").pulumi([
      "up",
      "--yes",
      "--skip-preview",
    ]);
    assert.notEqual(code, 0);
    assert.match(output, /401 Unauthorized/);
  });

  it("build with both, and leave them in no state, log, context, image or layer", async () => {
    const login = 'registry: { username: "robot", password: config.requireSecret("password") },';
    const secret = 'netrc: config.requireSecret("netrc"),';
    const built = project(certificates + secret, "both", login);
    await built.pulumi(["config", "set", "--secret", "password", registryPassword]);
    await built.pulumi(["config", "set", "--secret", "netrc", netrcText(password)]);
    const preview = await built.pulumi(["preview", "--diff"]);
    const up = await built.pulumi(["up", "--yes", "--diff", ...loud]);
    assert.equal(up.code, 0, up.output.slice(-3000));
    const places = await placesOf(built, up.output);
    assertNowhere({ ...places, preview: preview.output }, [password, registryPassword]);
    // Certificates are public. Debugging output has them, as every input that is no secret of the stack's.
    const certificate = proxy.authority.split("\n")[3] ?? "";
    assertNowhere({ ...places, "what pulumi shows": preview.output }, [certificate]);
  });

  it("cause no rebuild for a new password or other certificates alone", async () => {
    const first = project(certificates + netrc(password), "rotate");
    await first.up();
    first.write({ "index.js": program(netrc("canary-other-77") + certificates)(first.repository) });
    assert.deepEqual(await first.up(), { same: 3 });
    assert.ok(!(await first.state()).includes("canary-other-77"));
  });
});

describe("private modules in git by https under a company's authority", function () {
  this.timeout(600_000);
  let server: CompanyServer;
  let service: Record<string, string>;
  let bases: Awaited<ReturnType<typeof readableBases>>;

  before(async () => {
    bases = await readableBases();
    const repository = await moduleRepository();
    const root = repository.slice(0, -repositoryPath.length);
    server = await startCompanyServer("robot", password, gitRepositories(root));
    service = await programOf(repository);
  });

  after(() => server?.close());

  /**
   * A module's path has no port, so git is told the server's. Debian's git reads a directory of authorities as well; one
   * without any makes it such as Alpine's, which reads one file.
   */
  const program = (build: string) => (repository: string) => `
const { GoMultiStageImage } = require("goimage");
const { readFileSync } = require("node:fs");
const { port } = new URL("${server.url}");
const image = new GoMultiStageImage("hello", {
  source: "hello", repository: "${repository}", builder: "${builder}", runtime: { image: "${bases.alpine}" },
  build: { image: "${bases.golang}", goPrivate: "127.0.0.1/*", goProxy: "off", ${build} env: {
    GIT_SSL_CAPATH: "/mnt", GIT_CONFIG_COUNT: "1", GIT_CONFIG_KEY_0: "url.https://127.0.0.1:" + port + "/.insteadOf", GIT_CONFIG_VALUE_0: "https://127.0.0.1/",
  } },
});
module.exports = { ref: image.ref };
`;
  const certificates = 'caCertificates: readFileSync("company.pem", "utf8"),';
  const netrc = 'netrc: new (require("@pulumi/pulumi").Config)().requireSecret("netrc"),';
  async function upOf(build: string, name: string) {
    const unique = `${name}-${Date.now()}`;
    const files = { ...service, "hello/go.mod": `// ${unique}\n${service["hello/go.mod"]}` };
    const project = new Project(program(build), { ...files, "company.pem": server.authority }, unique);
    const text = `machine 127.0.0.1 login robot password ${password}`;
    await project.pulumi(["config", "set", "--secret", "netrc", text]);
    const { code, output } = await project.pulumi(["up", "--yes", "--skip-preview", ...loud]);
    return { project, code, output };
  }

  it("are downloaded with certificates and a netrc, whose password is nowhere afterwards", async () => {
    const { project, code, output } = await upOf(certificates + netrc, "git-both");
    assert.equal(code, 0, output.slice(-3000));
    assertNowhere(await placesOf(project, output), [password]);
  });

  for (const [what, build] of [
    ["the certificates", netrc],
    ["the netrc", certificates],
  ] as const) {
    it(`fail to download without ${what}`, async () => {
      const { code, output } = await upOf(build, "git-less");
      assert.notEqual(code, 0);
      assert.match(output, /127\.0\.0\.1\/team\/lib\.git@v1\.0\.0: no secure protocol found for repository/);
    });
  }
});
