// Everywhere that a secret could have come to lie after a deployment.

import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import * as zlib from "node:zlib";
import type { Project } from "./project";
import { fetchBlob, fetchManifest } from "../images/registry";

/** Flags of pulumi that make it and its plugins tell all they can, secrets too. */
export const loudest = ["--debug", "--logtostderr", "--logflow", "-v=11"];

/** The loudest that Pulumi itself keeps secrets out of: from 9 on it prints what it passes to its plugins. */
export const loud = ["--debug", "--logtostderr", "--logflow", "-v=8"];

/** What is left of a deployment, by place, and what pulumi printed. */
export async function placesOf(project: Project, output: string): Promise<Record<string, string | Buffer>> {
  const served = await fetchManifest(project.repository, "latest");
  assert.ok(served);
  const blobs = [served.manifest.config, ...served.manifest.layers].map(async ({ digest }) => {
    const blob = await fetchBlob(project.repository, digest);
    return blob[0] === 0x1f ? zlib.gunzipSync(blob) : blob;
  });
  return {
    "what pulumi shows": output,
    state: await project.state(),
    "state file and its backups": everything(path.join(project.directory, ".state")),
    outputs: JSON.stringify(await project.outputs()),
    "context and Dockerfile": everything(path.join(project.directory, ".goimage")),
    "config and layers": Buffer.concat(await Promise.all(blobs)),
  };
}

export function assertNowhere(places: Record<string, string | Buffer>, canaries: readonly string[]): void {
  for (const [place, content] of Object.entries(places)) {
    assert.ok(content.length > 0, `${place}: nothing to search`);
    for (const canary of canaries) {
      assert.ok(canary.length > 8, "a canary that is too short");
      assert.ok(!content.includes(canary), `a secret is in the ${place}`);
    }
  }
}

/** All files below a directory as one text. */
function everything(directory: string): string {
  const entries = fs.readdirSync(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return files.map((entry) => fs.readFileSync(path.join(entry.parentPath, entry.name), "latin1")).join("\n");
}
