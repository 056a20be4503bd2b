// A base image whose archive hides setuid and capabilities where a look at regular files does not find them.

import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { digestOf } from "../support/digest";
import { tarData, tarEnd, tarHeader } from "../support/tar";
import {
  engineFields,
  engines,
  missingEngine,
  registry,
  skipWithReason,
} from "./support/project/environment";
import { Project } from "./support/project/project";
import { putBlob, putManifest } from "./support/images/registry";

const files = {
  "hello/go.mod": "module hello\n\ngo 1.23\n",
  "hello/main.go": "package main\n\nfunc main() {}\n",
};
const program = Buffer.from("#!/bin/sh\n");
const xattr = "41 SCHILY.xattr.security.capability=";
const record = Buffer.concat([
  Buffer.from(xattr.replace("41", String(xattr.length + 20 + 1))),
  // Version 2, effective, with CAP_NET_RAW permitted.
  Buffer.from("0100000200200000000000000000000000000000", "hex"),
  Buffer.from("\n"),
]);
const lower = Buffer.concat([
  ...[tarHeader("bin/plain", { size: program.length, mode: 0o755 }), tarData(program)],
  tarEnd,
]);
const upper = Buffer.concat([
  ...[tarHeader("bin/tool", { size: program.length, mode: 0o755 }), tarData(program)],
  tarHeader("bin/linked", { type: "1", linkname: "bin/tool", mode: 0o4755 }),
  ...[tarHeader("pax", { type: "x", size: record.length }), tarData(record)],
  ...[tarHeader("bin/ping", { size: program.length, mode: 0o755 }), tarData(program)],
  tarHeader("var/local/", { type: "5", mode: 0o2775 }),
  tarEnd,
]);

async function pushBase(repository: string): Promise<string> {
  const blobs = [lower, upper].map((layer) => gzipSync(layer));
  const config = Buffer.from(
    JSON.stringify({
      ...{ architecture: "amd64", os: "linux", config: {} },
      rootfs: { type: "layers", diff_ids: [lower, upper].map(digestOf) },
    }),
  );
  for (const blob of [...blobs, config]) await putBlob(repository, blob);
  const oci = "application/vnd.oci.image";
  const descriptor = (mediaType: string, data: Buffer) => ({
    ...{ mediaType, digest: digestOf(data), size: data.length },
  });
  const manifest = {
    ...{ schemaVersion: 2, mediaType: `${oci}.manifest.v1+json` },
    config: descriptor(`${oci}.config.v1+json`, config),
    layers: blobs.map((blob) => descriptor(`${oci}.layer.v1.tar+gzip`, blob)),
  };
  await putManifest(repository, "latest", JSON.stringify(manifest));
  return `${repository}:latest`;
}

for (const engine of engines) {
  describe(`setuid files and capabilities of a base image, with engine ${engine}`, function () {
    this.timeout(600_000);

    before(function () {
      const reason = missingEngine(engine);
      if (reason !== undefined) skipWithReason(this, reason);
    });

    it("are reported by the check, whichever kind of archive entry has them", async () => {
      const base = await pushBase(`${registry}/test/lent-rights-${engine}`);
      const project = new Project(
        (repository) => `
          const { GoMultiStageImage } = require("goimage");
          const image = new GoMultiStageImage("hello", { source: "hello", repository: "${repository}",
            runtime: { image: "${base}" }, ${engineFields(engine)} });
          exports.checks = image.checks;`,
        files,
      );
      const { output } = await project.pulumi(["up", "--yes", "--skip-preview"]);
      const { checks } = await project.outputs<{
        checks: { name: string; passed: boolean; detail: string }[];
      }>();
      const check = checks.find(({ name }) => name === "noSetuidFiles");
      assert.deepEqual(check, {
        ...{ name: "noSetuidFiles", passed: false, detail: "/bin/linked, /bin/ping (capabilities)" },
      });
      assert.match(output, /fails the check noSetuidFiles: \/bin\/linked, \/bin\/ping \(capabilities\)/);
    });
  });
}
