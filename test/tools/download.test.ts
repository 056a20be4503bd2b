import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { createHash } from "node:crypto";
import { verifyMirrored } from "../../tools/setup/checksums";
import { answers, download, locate, redirected } from "../../tools/setup/download";
import { install, linkCommands } from "../../tools/setup/install";
import { layout } from "../../tools/setup/paths";
import { languageHost, pulumi } from "../../tools/setup/versions";

const target = { os: "linux", arch: "amd64" } as const;
const url = pulumi.download?.(target).url ?? "";

describe("downloads of the set-up", () => {
  let server: Server;
  let folder: string;
  let requests: string[];
  const checksums = () => {
    const sum = createHash("sha256")
      .update(readFileSync(join(folder, "sdk.tar.gz")))
      .digest("hex");
    return { [basename(url)]: sum, "moved.tar.gz": sum, "broken.tar.gz": sum, "gone.tar.gz": sum };
  };
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
      if (request.url === "/get.pulumi.com/cut.tar.gz") {
        // HTTP/1.0 without a length: the end of the connection is the end of the file.
        request.socket.end("HTTP/1.0 200 OK\r\n\r\nthe who");
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

  it("keep host and path behind the server in GOIMAGE_DOWNLOADS", () => {
    const place = locate("https://github.com/a/b.tar.gz", "http://127.0.0.1:8080/");
    assert.equal(place, "http://127.0.0.1:8080/github.com/a/b.tar.gz");
    assert.equal(locate("https://github.com/a/b.tar.gz", ""), "https://github.com/a/b.tar.gz");
  });

  it("are checked with a HEAD request", async () => {
    assert.equal(await answers(url), true);
    assert.equal(await answers("https://get.pulumi.com/nothing"), false);
    assert.deepEqual(requests, [`HEAD /${url.replace("https://", "")}`, "HEAD /get.pulumi.com/nothing"]);
  });

  it("do not try an unreachable host twice", async () => {
    const { port } = server.address() as AddressInfo;
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    assert.equal(await answers(url), false);
    server.listen(port, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    assert.equal(await answers(url), false);
    assert.deepEqual(requests, []);
  });

  it("install two tools from one archive, fetched once", async () => {
    const context = {
      layout: layout(folder),
      target,
      archives: new Map<string, Promise<string>>(),
      checksums: checksums(),
    };
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

  it("follow a redirect", async () => {
    const file = await download("https://get.pulumi.com/moved.tar.gz", join(folder, "into"), checksums());
    assert.equal(file, join(folder, "into/moved.tar.gz"));
    assert.deepEqual(readFileSync(file), readFileSync(join(folder, "sdk.tar.gz")));
  });

  it("follow a redirect from https to https only", () => {
    assert.equal(redirected("https://a.example/x", "/y"), "https://a.example/y");
    assert.equal(redirected("https://a.example/x", "https://b.example/y"), "https://b.example/y");
    assert.equal(redirected("https://a.example/x", "http://a.example/x"), undefined);
    assert.equal(redirected("https://a.example/x", "file:///etc/passwd"), undefined);
    assert.equal(redirected("http://127.0.0.1/x", "/y"), "http://127.0.0.1/y");
  });

  it("leave nothing behind when they break off", async () => {
    await assert.rejects(
      download("https://get.pulumi.com/broken.tar.gz", join(folder, "into"), checksums()),
      /broken\.tar\.gz/,
    );
    assert.equal(existsSync(join(folder, "into/broken.tar.gz")), false);
    assert.equal(existsSync(join(folder, "into/broken.tar.gz.part")), false);
  });

  it("are refused without a matching checksum, and leave nothing behind", async () => {
    const into = join(folder, "into");
    for (const known of [{ ...checksums(), [basename(url)]: "0".repeat(64) }, {}]) {
      await assert.rejects(download(url, into, known), /expected is 0{64}|has no checksum/);
      assert.deepEqual(existsSync(into) ? readdirSync(into) : [], []);
    }
  });

  it("are refused when they end early, even without a length from the server", async () => {
    const cut = { "cut.tar.gz": createHash("sha256").update("the whole").digest("hex") };
    await assert.rejects(
      download("https://get.pulumi.com/cut.tar.gz", join(folder, "into"), cut),
      /cut\.tar\.gz is not the file that it should be: its SHA-256 is [0-9a-f]{64}, expected/,
    );
  });

  it("need https when they have no checksum", async () => {
    process.env["GOIMAGE_UNPINNED"] = "1";
    try {
      await assert.rejects(download(url, join(folder, "into"), {}), /only taken over https/);
    } finally {
      delete process.env["GOIMAGE_UNPINNED"];
    }
    assert.deepEqual(requests, []);
  });

  it("from a mirror are checked against our checksums or its own", async () => {
    const mirror = join(folder, "mirror");
    mkdirSync(join(mirror, "bin"), { recursive: true });
    const file = join(mirror, "bin/tool.xz");
    writeFileSync(file, "content");
    await assert.rejects(verifyMirrored(file, mirror), /has no checksum: .*SHA256SUMS/s);
    const sum = createHash("sha256").update("content").digest("hex");
    writeFileSync(join(mirror, "SHA256SUMS"), `${sum}  bin/tool.xz\n`);
    await verifyMirrored(file, mirror);
    writeFileSync(file, "contents");
    await assert.rejects(verifyMirrored(file, mirror), /is not the file that it should be/);
    const alpine = join(mirror, "bin/alpine-minirootfs-3.20.3-x86_64.tar.gz");
    writeFileSync(alpine, "something else");
    await assert.rejects(verifyMirrored(alpine, mirror), /expected is d4e6fd67/);
  });

  it("fail with the address when the server answers 404", async () => {
    await assert.rejects(
      download("https://get.pulumi.com/gone.tar.gz", folder, checksums()),
      /get\.pulumi\.com\/gone\.tar\.gz: the server answered 404/,
    );
  });
});
