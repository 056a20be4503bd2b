// Rows of test/badInputs.md that reach a builder: text that means something elsewhere must arrive as it was written,
// in the image's config, in the running container and on its disk.

import assert from "node:assert/strict";
import * as net from "node:net";
import { helloFiles } from "../support/module";
import { engineFields, engines, registry, skipWithReason } from "./support/project/environment";
import { Project, run } from "./support/project/project";
import { fetchConfig, fetchManifest } from "./support/images/registry";

const values: Record<string, string> = {
  DOLLAR: "$PATH ${HOME} ${X:-y} $$ $(id)",
  BACKSLASH: "C:\\new\\",
  QUOTES: `a" RUN id LABEL z="b 'c' \`id\``,
  DIRECTIVE: "# syntax=evil/frontend",
  HEREDOC: "<<EOF",
  UNICODE: "é\u00a0\u{1f600}\ufeff",
  EMPTY: "",
  SPACES: "  a  ",
  __proto__x: "constructor",
};
const file = `it's <<EOF #x é $HOME "q"`;
const directory = `data/$a 'b'`;
const note = `it's \${HOME} $(id) <<EOF \\`;

const main = `package main

import (
	"encoding/json"
	"io/fs"
	"os"
)

var note string

func main() {
	files := []string{}
	fs.WalkDir(os.DirFS("."), ".", func(name string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			files = append(files, name)
		}
		return nil
	})
	json.NewEncoder(os.Stdout).Encode(map[string]any{"note": note, "args": os.Args[1:], "env": os.Environ(), "files": files})
}
`;

interface Seen {
  note: string;
  args: string[];
  env: string[];
  files: string[];
}

const moduleName = "svc 'q' $HOME";
const source = {
  // A workspace makes the module's directory a part of the Dockerfile.
  [`${moduleName}/go.mod`]: helloFiles["go.mod"] ?? "",
  [`${moduleName}/main.go`]: main,
  [`${moduleName}/${file}`]: "",
  [`${moduleName}/--from=x`]: "",
  [`${moduleName}/${directory}/x`]: "",
  "go.work": `go 1.23\n\nuse "./${moduleName}"\n`,
};

for (const engine of engines) {
  describe(`text with a special meaning, with engine ${engine}`, function () {
    this.timeout(600_000);
    let config: Record<string, unknown>;
    let seen: Seen;
    const many = 10_000;

    before(async () => {
      const labels = Object.entries(values).map(([name, value]) => [`com.example.${name}x`, value]);
      const project = new Project(
        (repository) => `const { GoMultiStageImage } = require("goimage");
         const many = Array.from({ length: ${many} }, (_, index) => ["many-" + index, "x"]);
         const image = new GoMultiStageImage("nasty", {
           source: ${JSON.stringify(moduleName)}, repository: "${repository}", ${engineFields(engine)}
           build: { env: ${JSON.stringify(values)}, ldflags: [${JSON.stringify(`-X main.note=${note}`)}] },
           runtime: {
             env: ${JSON.stringify(values)}, command: ${JSON.stringify(Object.values(values))},
             labels: Object.fromEntries([...${JSON.stringify(labels)}, ...many]),
             files: ${JSON.stringify([file, directory, "--from=x"])},
             healthcheck: { command: ${JSON.stringify(["/x", ...Object.values(values)])} },
             exposedPorts: ["8080", "53/udp"], stopSignal: "SIGINT",
           },
         });
         module.exports = { ref: image.ref };`,
        source,
      );
      await project.up();
      const served = await fetchManifest(project.repository, "latest");
      assert.ok(served);
      ({ config } = await fetchConfig(project.repository, served.manifest));
      const { ref } = await project.outputs<{ ref: string }>();
      const result = await run(
        "docker",
        ["run", "--rm", "--quiet", "--read-only", "--cap-drop=ALL", ref],
        ".",
      );
      assert.equal(result.code, 0, result.output);
      seen = JSON.parse(result.output.slice(result.output.indexOf("{"))) as Seen;
    });

    it("bad input 22: variables, quotes and backslashes reach labels and environment unchanged", () => {
      const labels = config["Labels"] as Record<string, string>;
      const env = config["Env"] as string[];
      for (const [name, value] of Object.entries(values)) {
        assert.equal(labels[`com.example.${name}x`], value, `label ${name}`);
        assert.ok(env.includes(`${name}=${value}`), `${name} in ${env.join("\n")}`);
        assert.ok(seen.env.includes(`${name}=${value}`), `${name} in the container`);
      }
    });

    it("bad input 23: no value removes or adds a line", () => {
      assert.deepEqual(config["Cmd"], Object.values(values));
      assert.deepEqual(config["Entrypoint"], ["/app/main"]);
      assert.deepEqual(seen.args, Object.values(values));
      assert.equal(config["User"], "65532:65532");
      assert.deepEqual(config["ExposedPorts"], { "53/udp": {}, "8080/tcp": {} });
      assert.equal(config["StopSignal"], "SIGINT");
      const healthcheck = config["Healthcheck"] as { Test: string[] };
      assert.deepEqual(healthcheck.Test, ["CMD", "/x", ...Object.values(values)]);
    });

    it("bad input 29: files and a module with spaces, quotes and dollars in their names are copied", () => {
      assert.deepEqual(seen.files.sort(), ["--from=x", `${directory}/x`, file, "main"].sort());
    });

    it("bad input 32: a linker value with quotes and spaces reaches the program unchanged", () =>
      assert.equal(seen.note, note));

    it("bad input 53: ten thousand labels are in the image", () => {
      const names = Object.keys(config["Labels"] as object).filter((name) => name.startsWith("many-"));
      assert.equal(names.length, many);
    });
  });

  describe(`a registry by its IPv6 address, with engine ${engine}`, function () {
    this.timeout(120_000);

    it("bad input 14: can be used, or is refused at once by an engine that does not know the form", async function () {
      const port = Number(registry.split(":").pop());
      const forward = net.createServer((client) => {
        const server = net.connect(port, "127.0.0.1");
        client.pipe(server).pipe(client);
        client.on("error", () => server.destroy());
        server.on("error", () => client.destroy());
      });
      const listening = await new Promise<boolean>((resolve) => {
        forward.once("error", () => resolve(false));
        forward.listen(0, "::1", () => resolve(true));
      });
      if (!listening) skipWithReason(this, "this machine has no IPv6");
      try {
        const { port: ours } = forward.address() as net.AddressInfo;
        const hello = Object.entries(helloFiles).map(([name, text]) => [`hello/${name}`, text]);
        const project = new Project(
          (repository) => `const { GoMultiStageImage } = require("goimage");
           const image = new GoMultiStageImage("six", {
             source: "hello", repository: "[::1]:${ours}/${repository.slice(registry.length + 1)}", ${engineFields(engine)}
           });
           module.exports = { ref: image.ref };`,
          Object.fromEntries(hello) as Record<string, string>,
        );
        const up = await project.pulumi(["up", "--yes", "--skip-preview"]);
        // Engines before 23 do not know the form, and say so before they build.
        if (engine === "docker" && /invalid reference format/.test(up.output)) {
          assert.notEqual(up.code, 0);
          return console.log("      this Docker Engine takes no IPv6 addresses in names");
        }
        assert.equal(up.code, 0, up.output);
        const served = await fetchManifest(project.repository, "latest");
        const { ref } = await project.outputs<{ ref: string }>();
        assert.equal(ref.split("@")[1], served?.digest);
        assert.ok(ref.startsWith(`[::1]:${ours}/`));
      } finally {
        forward.close();
      }
    });
  });
}
