// A seed as somebody would make it who may push to its repository: with other files, under a tag of their choice.

import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { gunzipSync } from "node:zlib";
import { pushImage } from "../../../../components/registry";
import { parseRepository } from "../../../../components/name/reference";
import { packLayer, seedConfig } from "../../../../components/seeds";
import { makeTree } from "../../../support/module";
import { fetchBlob, fetchManifest } from "./registry";

/** The files of a seed, in a directory. */
export async function unpackedSeed(repository: string, digest: string): Promise<string> {
  const served = await fetchManifest(repository, digest);
  const [layer] = served?.manifest.layers ?? [];
  const bytes = await fetchBlob(repository, layer?.digest ?? "");
  const directory = makeTree({});
  const isZstd = layer?.mediaType.endsWith("zstd");
  const input = isZstd
    ? execFileSync("zstd", ["-dc"], { input: bytes, maxBuffer: 2 ** 30 })
    : gunzipSync(bytes);
  execFileSync("tar", ["-xf", "-", "-C", directory], { input });
  return directory;
}

/** Pushes the directory as a seed; gives its digest. `config` is added to the image's. */
export async function pushSeed(
  repository: string,
  directory: string,
  tag: string,
  config: object = {},
): Promise<string> {
  const archive = path.join(makeTree({}), "seed.tar");
  execFileSync("tar", ["-cf", archive, "-C", directory, "."]);
  const layer = await packLayer(fs.createReadStream(archive), `${archive}.layer`, false);
  const document = JSON.parse(seedConfig(layer, "somebody's", "linux/amd64", new Date()).toString()) as {
    config: object;
  };
  Object.assign(document.config, config);
  return pushImage(
    parseRepository(repository),
    { config: Buffer.from(JSON.stringify(document)), layer },
    tag,
  );
}
