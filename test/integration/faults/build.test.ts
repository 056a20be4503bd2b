// Faults of what a build reads: base images and modules.

import assert from "node:assert/strict";
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import { address, missingEngine, registry, skipWithReason } from "../support/project/environment";
import { fetchManifest } from "../support/images/registry";
import { FaultStack } from "../support/project/faultStack";

const hash = `h1:${"A".repeat(43)}=`;
const needsLibrary = {
  "hello/go.mod": "module example.com/hello\n\ngo 1.23\n\nrequire example.com/lib v1.0.0\n",
  "hello/go.sum": `example.com/lib v1.0.0 ${hash}\nexample.com/lib v1.0.0/go.mod ${hash}\n`,
};
const usesLibrary = {
  "hello/main.go": 'package main\n\nimport "example.com/lib"\n\nfunc main() { lib.Run() }\n',
};

for (const engine of ["docker", "buildkit"]) {
  describe(`faults of what a build reads, with engine ${engine}`, function () {
    this.timeout(600_000);
    let modules: http.Server;
    let asked: string[];
    let goProxy: string;

    before(async function () {
      const reason = missingEngine(engine);
      if (reason !== undefined) skipWithReason(this, reason);
      asked = [];
      modules = http.createServer((request, response) => {
        asked.push(request.url ?? "");
        if (request.url?.endsWith(".mod")) response.end("module example.com/lib\n\ngo 1.23\n");
        else if (request.url?.endsWith(".info")) response.end('{"Version":"v1.0.0"}');
        else response.writeHead(404).end();
      });
      const host = address ?? "127.0.0.1";
      await new Promise<void>((resolve) => modules.listen(0, host, resolve));
      goProxy = `http://${host}:${(modules.address() as AddressInfo).port}`;
    });
    after(() => {
      modules?.closeAllConnections();
      modules?.close();
    });

    const unpushed = async (stack: FaultStack) =>
      assert.equal(await fetchManifest(stack.behind(registry), "v1"), undefined);

    it("fault 17: a missing base image is named in the error", async () => {
      const image = `${registry}/faults/nothing-here:1`;
      const stack = new FaultStack({ engine, to: registry, inputs: `runtime: { image: "${image}" },` });
      await stack.fails({}, new RegExp(`the base image ${image} cannot be pulled`), /not found/);
      await unpushed(stack);
    });

    it("fault 19: when the module proxy is down, the go command's error is shown and nothing is pushed", async () => {
      const inputs = 'build: { goProxy: "http://127.0.0.1:1" },';
      const stack = new FaultStack({ engine, to: registry, inputs, files: needsLibrary });
      stack.project.write(usesLibrary);
      await stack.fails({}, /go: example\.com\/lib@v1\.0\.0: .*127\.0\.0\.1:1.*connection refused/);
      await unpushed(stack);
    });

    it("fault 19: a module that does not match go.sum is refused", async function () {
      if (address === undefined) skipWithReason(this, "this machine has no address that a container reaches");
      const inputs = `build: { goProxy: "${goProxy}" },`;
      const stack = new FaultStack({ engine, to: registry, inputs, files: needsLibrary });
      stack.project.write(usesLibrary);
      await stack.fails({}, /example\.com\/lib@v1\.0\.0\/go\.mod: checksum mismatch/, /SECURITY ERROR/);
      assert.ok(asked.includes("/example.com/lib/@v/v1.0.0.mod"), asked.join("\n"));
      await unpushed(stack);
    });
  });
}
