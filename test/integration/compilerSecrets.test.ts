// A dependency that wants the secrets of the build: files that a compiler reads on its word, and puts into its messages.
// The download needs the secrets; the compile step must not have them.

import assert from "node:assert/strict";
import { startCompanyServer, type CompanyServer } from "./support/servers/companyServer";
import { assertNowhere, placesOf } from "./support/project/canary";
import { readableBases } from "./support/images/bases";
import { builder } from "./support/project/environment";
import { moduleRepository, programOf } from "./support/images/gitModule";
import { golangAfter, installed } from "./support/images/images";
import { gitRepositories } from "./support/servers/gitServer";
import { Project } from "./support/project/project";

const password = "canary-71c0b7d5e2";
const repositoryPath = "team/lib.git";

/** Where the download step has its secrets, and where a curious module would look for others. */
const wanted: Record<string, string[]> = {
  GoMultiStageImage: ["/root/.netrc", "/etc/ssl/certs/goimage-ca.crt", "/proc/1/environ"],
  GoSingleStageImage: ["/root/.netrc"],
};

/** Go assembly that includes a file, on platforms of every kind. */
const curious = (file: string) => ({
  "steal.s": `#include "${file}"\n\nTEXT ·steal(SB),4,$0\n\tRET\n`,
  "steal.go": "package lib\n\nfunc steal()\n\nfunc init() { steal() }\n",
});

/** C whose assembler puts a file into the program. */
const curiousC = (file: string) => ({
  "steal.go": `package lib

// __asm__(".data\\nstolen: .incbin \\"${file}\\"\\n.text");
// static int nothing(void) { return 0; }
import "C"

func init() { C.nothing() }
`,
});

describe("a private module whose assembly includes the build's secrets", function () {
  this.timeout(600_000);
  const servers: CompanyServer[] = [];
  let bases: Awaited<ReturnType<typeof readableBases>>;
  before(async () => {
    bases = await readableBases();
  });
  after(() => servers.forEach((server) => server.close()));

  async function upWith(component: string, more: Record<string, string>, build?: string) {
    // The builder's caches are those of all these projects, and a version in them is never downloaded again.
    const version = `v1.0.${Date.now()}`;
    const repository = await moduleRepository(more, version);
    const root = repository.slice(0, -repositoryPath.length);
    const server = await startCompanyServer("robot", password, gitRepositories(root));
    servers.push(server);
    const service = await programOf(repository, version);
    const program = (target: string) => `
const { ${component} } = require("goimage");
const { readFileSync } = require("node:fs");
const { port } = new URL("${server.url}");
const image = new ${component}("hello", {
  source: "hello", repository: "${target}", builder: "${builder}",
  ${component === "GoMultiStageImage" ? `runtime: { image: "${bases.alpine}" },` : ""}
  build: { ${build ?? `image: "${bases.golang}",`}
    goPrivate: "127.0.0.1/*", goProxy: "off", caCertificates: readFileSync("company.pem", "utf8"),
    netrc: new (require("@pulumi/pulumi").Config)().requireSecret("netrc"),
    env: { GIT_CONFIG_COUNT: "1", GIT_CONFIG_KEY_0: "url.https://127.0.0.1:" + port + "/.insteadOf",
      GIT_CONFIG_VALUE_0: "https://127.0.0.1/", GIT_SSL_CAPATH: "/mnt" },
  },
});
module.exports = { ref: image.ref };
`;
    const project = new Project(program, { ...service, "company.pem": server.authority }, "steal");
    const netrc = `machine 127.0.0.1 login robot password ${password}`;
    await project.pulumi(["config", "set", "--secret", "netrc", netrc]);
    const run = await project.pulumi(["up", "--yes", "--skip-preview", "--diff"]);
    return { project, ...run };
  }

  for (const [component, files] of Object.entries(wanted)) {
    for (const file of files) {
      it(`cannot read ${file} in ${component}`, async () => {
        const { output, code, project } = await upWith(component, curious(file));
        assert.notEqual(code, 0);
        const state = await project.state();
        assertNowhere({ output, state, context: project.read(".goimage/.gitignore") }, [password]);
        // The compiler did look, and in vain; what is in /proc is its own.
        assert.match(output, /steal\.s|lib\.git@v1\.0\.\d/, output.slice(-2000));
        if (!file.startsWith("/proc")) assert.match(output, /no such file or directory/, output.slice(-2000));
      });
    }

    it(`cannot put a secret into a program with C in ${component}`, async () => {
      const withC = await golangAfter("c", installed("gcc", "libc6-dev", "musl-tools"));
      const build = `image: "${withC}", cgoEnabled: true, ldflags: ["-extldflags=-static"],`;
      const stolen = await upWith(component, curiousC("/root/.netrc"), build);
      assert.match(stolen.output, /file not found: \/root\/\.netrc/, stolen.output.slice(-2000));
      assert.notEqual(stolen.code, 0);
      assertNowhere({ output: stolen.output, state: await stolen.project.state() }, [password]);
      // Such code does work: with a file that is there.
      const harmless = await upWith(component, curiousC("/etc/hostname"), build);
      assert.equal(harmless.code, 0, harmless.output.slice(-2000));
    });

    it(`is downloaded with credentials that are nowhere afterwards, in ${component}`, async () => {
      const { output, code, project } = await upWith(component, {});
      assert.equal(code, 0, output.slice(-3000));
      assertNowhere(await placesOf(project, output), [password]);
    });
  }
});
