// Base images that this machine can read as well as the builder: those of the local registry where it stands in for the official one.

import { registry } from "../project/environment";
import { fetchManifest } from "./registry";

async function readable(name: string, tag: string): Promise<string> {
  const isLocal = (await fetchManifest(`${registry}/library/${name}`, tag)) !== undefined;
  return isLocal ? `${registry}/library/${name}:${tag}` : `${name}:${tag}`;
}

/** For builds with secrets, which want base images that can be looked at. */
export async function readableBases(variant = ""): Promise<{ golang: string; alpine: string }> {
  return { golang: await readable("golang", `1.23${variant}`), alpine: await readable("alpine", "3.20.3") };
}
