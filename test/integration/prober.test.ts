// The smoke test's prober, compiled and run on this machine against programs that misbehave.

import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { prober, proberOfSeveral } from "../../components/dockerfile/steps/smokeTestProber";
import { makeTree } from "../support/module";
import { freePort } from "./support/servers/freePort";
import { run, type Run } from "./support/project/project";

describe("prober", function () {
  this.timeout(120_000);
  let directory: string;

  before(async () => {
    directory = makeTree({ "main.go": prober });
    assert.deepEqual(await run("gofmt", ["-l", "main.go"], directory), { code: 0, output: "" });
    // The oldest Go that it should be compiled with.
    const build = ["build", "-gcflags=-lang=go1.16", "-o", "prober", "main.go"];
    const built = await run("go", build, directory, { CGO_ENABLED: "0", GOFLAGS: "" });
    assert.equal(built.code, 0, built.output);
  });

  const probe = (flags: string[], ...program: string[]): Promise<Run> =>
    run(path.join(directory, "prober"), [...flags, "--", ...program], directory);
  const node = (text: string, flags: string[] = ["-timeout=20s"]) =>
    probe(flags, process.execPath, "-e", text);
  /** Runs a program that finds its port in `port`. */
  const server = async (text: string, ...flags: string[]) => {
    const port = await freePort();
    return node(`const port = ${port}; ${text}`, [`-port=${port}`, "-timeout=20s", ...flags]);
  };
  const answer = (status: number) =>
    `require("http").createServer((q, s) => s.writeHead(${status}).end(q.url)).listen(port);`;

  it("of several platforms passes a foreign program when the builder's platform is among them, and fails otherwise", async () => {
    const several = makeTree({ "main.go": proberOfSeveral, foreign: "\u007fELF of another machine" });
    assert.deepEqual(await run("gofmt", ["-l", "main.go"], several), { code: 0, output: "" });
    const build = ["build", "-gcflags=-lang=go1.16", "-o", "prober", "main.go"];
    const built = await run("go", build, several, { CGO_ENABLED: "0", GOFLAGS: "" });
    assert.equal(built.code, 0, built.output);
    fs.chmodSync(path.join(several, "foreign"), 0o755);
    const probed = (architectures: string, program = path.join(several, "foreign")) =>
      run(path.join(several, "prober"), [`-architectures=${architectures}`, "--", program], several);
    const own = (await run("go", ["env", "GOARCH"], several)).output.trim();
    assert.deepEqual(await probed(`mips,${own}`), {
      code: 0,
      output: `not run: this builder is for linux/${own}\n`,
    });
    const { code, output } = await probed("mips,sparc");
    assert.deepEqual(
      [code, output.split(";")[0]],
      [
        1,
        `smoke test failed: this builder, for linux/${own}, cannot run programs of the platforms mips,sparc\n`,
      ],
    );
    assert.equal((await probed(own, "/bin/false")).code, 1);
  });

  it("passes a program that exits with 0, and its output", async () => {
    assert.deepEqual(await node("console.log(process.argv.length)"), { code: 0, output: "1\n" });
    assert.deepEqual(await probe([], "printf", "%s|", "-x", "$HOME", ""), { code: 0, output: "-x|$HOME||" });
  });

  for (const [name, text, message] of [
    ["exits with an error", "process.exit(7)", "ended with exit status 7"],
    ["is killed", "process.kill(process.pid, 'SIGKILL')", "ended with signal: killed"],
  ] as const) {
    it(`fails a program that ${name}`, async () => {
      assert.deepEqual(await node(text), { code: 1, output: `smoke test failed: the program ${message}\n` });
    });
  }

  it("fails a file that is not a program", async () => {
    const { code, output } = await probe([], "/nonexistent");
    assert.equal(code, 1);
    assert.match(output, /the program does not start: .*\/nonexistent/);
  });

  it("passes a program that answers as expected, and lets it end", async () => {
    const goodbye = `process.on("SIGTERM", () => { console.log("goodbye"); process.exit(1); });`;
    assert.deepEqual(await server(goodbye + answer(204), "-status=204", "-path=/a?b=c"), {
      code: 0,
      output: "goodbye\n",
    });
  });

  it("stops a program that ignores signals", async () => {
    const ignore = `process.on("SIGTERM", () => {}); process.on("SIGQUIT", () => {}); console.log("pid", process.pid);`;
    const passed = await server(ignore + answer(200));
    assert.equal(passed.code, 0, passed.output);
    const hanging = await node(`${ignore} setInterval(() => {}, 1000);`, ["-timeout=1s"]);
    assert.equal(hanging.code, 1);
    assert.match(hanging.output, /the program still ran after 1s; one that keeps running .* smokeTest\.http/);
    for (const { output } of [passed, hanging]) {
      const pid = Number(/pid (\d+)/.exec(output)?.[1]);
      assert.throws(() => process.kill(pid, 0), { code: "ESRCH" });
    }
  });

  it("fails a program that exits before it answers, even with 0", async () => {
    const { code, output } = await server("");
    assert.equal(code, 1);
    assert.match(output, /ended before it gave the expected answer: exit status 0/);
  });

  for (const [name, text, last] of [
    ["does not listen", "setInterval(() => {}, 1000)", /connection refused/],
    ["answers otherwise", answer(500), /status 500/],
    [
      "answers otherwise, and then no more",
      `let asked = 0; ${answer(500).replace("(q, s) =>", "(q, s) => asked++ ||")}`,
      /status 500/,
    ],
    ["never answers", 'require("net").createServer(() => {}).listen(port)', /timeout/],
    ["hangs up", 'require("net").createServer((s) => s.destroy()).listen(port)', /EOF|reset/],
    [
      "speaks another protocol",
      'require("net").createServer((s) => s.end("220 mail.example.com\\r\\n")).listen(port)',
      /"220 mail\.example\.com\\r\\n" is not http|reset/,
    ],
  ] as const) {
    it(`fails a program that ${name}, and shows the last answer or error`, async () => {
      const { code, output } = await server(text, "-timeout=3s");
      assert.equal(code, 1);
      assert.match(output, /no answer with status 200 to GET 127\.0\.0\.1:\d+\/ within 3s, at last: /);
      assert.match(output, last);
    });
  }
});
