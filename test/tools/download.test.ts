import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { answers, download, locate } from "../../tools/setup/download";
import { install, linkCommands } from "../../tools/setup/install";
import { layout } from "../../tools/setup/paths";
import { languageHost, pulumi } from "../../tools/setup/versions";

const target = { os: "linux", arch: "amd64" } as const;
const url = pulumi.download?.(target).url ?? "";

describe("official downloads", () => {
  let server: Server;
  let folder: string;
  let requests: string[];
  const before_ = process.env["GOIMAGE_DOWNLOADS"];

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "goimage-download-"));
    requests = [];
    // A stand-in for get.pulumi.com: one archive with both commands.
    const content = join(folder, "content/pulumi");
    mkdirSync(content, { recursive: true });
    for (const command of ["pulumi", "pulumi-language-nodejs"])
      writeFileSync(join(content, command), `#!${command}`);
    const archive = join(folder, "sdk.tar.gz");
    execFileSync("tar", ["-czf", archive, "-C", join(folder, "content"), "pulumi"]);
    server = createServer((request, response) => {
      requests.push(`${request.method} ${request.url}`);
      if (request.url === "/get.pulumi.com/broken.tar.gz") {
        response.writeHead(200, { "content-length": "1000" });
        response.write("half");
        setTimeout(() => response.destroy(), 20);
        return;
      }
      if (request.url === "/get.pulumi.com/moved.tar.gz") {
        response.writeHead(302, { location: `/${url.replace("https://", "")}` });
        response.end();
        return;
      }
      const found = request.url === `/${url.replace("https://", "")}`;
      response.writeHead(found ? 200 : 404);
      response.end(found && request.method === "GET" ? readFileSync(archive) : undefined);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    process.env["GOIMAGE_DOWNLOADS"] = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  });

  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    rmSync(folder, { recursive: true });
    if (before_ === undefined) delete process.env["GOIMAGE_DOWNLOADS"];
    else process.env["GOIMAGE_DOWNLOADS"] = before_;
  });

  it("keep host and path behind the one server that GOIMAGE_DOWNLOADS names", () => {
    const place = locate("https://github.com/a/b.tar.gz", "http://127.0.0.1:8080/");
    assert.equal(place, "http://127.0.0.1:8080/github.com/a/b.tar.gz");
    assert.equal(locate("https://github.com/a/b.tar.gz", ""), "https://github.com/a/b.tar.gz");
  });

  it("are asked for with a HEAD request first", async () => {
    assert.equal(await answers(url), true);
    assert.equal(await answers("https://get.pulumi.com/nothing"), false);
    assert.deepEqual(requests, [`HEAD /${url.replace("https://", "")}`, "HEAD /get.pulumi.com/nothing"]);
  });

  it("do not ask a host twice that could not be reached", async () => {
    const { port } = server.address() as AddressInfo;
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    assert.equal(await answers(url), false);
    server.listen(port, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    assert.equal(await answers(url), false);
    assert.deepEqual(requests, []);
  });

  it("install two tools out of one archive, fetched once", async () => {
    const context = { layout: layout(folder), target, archives: new Map<string, Promise<string>>() };
    for (const tool of [pulumi, languageHost]) {
      const choice = { source: "download", version: tool.version, url } as const;
      await install(tool, choice, context);
      await linkCommands(context.layout, tool, choice);
    }
    const host = join(folder, ".toolchain/bin/pulumi-language-nodejs");
    assert.equal(readFileSync(host, "utf8"), "#!pulumi-language-nodejs");
    assert.equal(statSync(host).mode & 0o777, 0o755);
    assert.equal(requests.length, 1);
  });

  it("follow a redirection, as release pages give it", async () => {
    const file = await download("https://get.pulumi.com/moved.tar.gz", join(folder, "into"));
    assert.equal(file, join(folder, "into/moved.tar.gz"));
    assert.deepEqual(readFileSync(file), readFileSync(join(folder, "sdk.tar.gz")));
  });

  it("leave nothing behind that broke off half-way", async () => {
    await assert.rejects(
      download("https://get.pulumi.com/broken.tar.gz", join(folder, "into")),
      /broken\.tar\.gz/,
    );
    assert.equal(existsSync(join(folder, "into/broken.tar.gz")), false);
    assert.equal(existsSync(join(folder, "into/broken.tar.gz.part")), false);
  });

  it("fail with the address when the archive is not there any more", async () => {
    await assert.rejects(
      download("https://get.pulumi.com/gone.tar.gz", folder),
      /get\.pulumi\.com\/gone\.tar\.gz: the server answered 404/,
    );
  });
});
