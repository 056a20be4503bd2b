import { createWriteStream } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import http, { type IncomingMessage } from "node:http";
import https from "node:https";
import { basename, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { type Checksums, checksumOf, mayDownload, verify } from "./checksums";
import { SetupError } from "./exec";

const patience = 3000;
const silence = 30_000;
const silentHosts = new Set<string>();

/**
 * `GOIMAGE_DOWNLOADS` puts one server in front of all official hosts: `https://host/path` is then asked from
 * `$GOIMAGE_DOWNLOADS/host/path`.
 */
export function locate(url: string, base = process.env["GOIMAGE_DOWNLOADS"]): string {
  return base ? `${base.replace(/\/+$/, "")}/${url.replace(/^https:\/\//, "")}` : url;
}

/** Whether a URL answers. A host that could not be reached once is not asked again in this run. */
export async function answers(url: string, fits = (status: number) => status < 300): Promise<boolean> {
  const place = locate(url);
  const { host } = new URL(place);
  if (silentHosts.has(host)) return false;
  try {
    const response = await fetch(place, { method: "HEAD", signal: AbortSignal.timeout(patience) });
    return fits(response.status);
  } catch {
    silentHosts.add(host);
    return false;
  }
}

/** Downloads into a folder. The file has its name only once it is whole, and has the checksum that is known for it. */
export async function download(url: string, folder: string, known?: Checksums): Promise<string> {
  if (!mayDownload(url, known)) throw new SetupError(`${url} has no checksum in tools/setup/checksums.ts`);
  const file = join(folder, basename(new URL(url).pathname));
  const partial = `${file}.part`;
  await mkdir(folder, { recursive: true });
  try {
    const place = locate(url);
    if (checksumOf(url, known) === undefined && !place.startsWith("https:"))
      throw new Error("a file without a checksum is only taken over https");
    const response = await open(place);
    await pipeline(response, createWriteStream(partial));
    const expected = checksumOf(url, known);
    if (expected !== undefined) await verify(partial, locate(url), expected);
  } catch (error) {
    await rm(partial, { force: true });
    if (error instanceof SetupError) throw error;
    throw new SetupError(`${locate(url)}: ${error instanceof Error ? error.message : String(error)}`);
  }
  await rename(partial, file);
  return file;
}

/** Where a redirection leads; undefined for a way out of https. */
export function redirected(url: string, location: string): string | undefined {
  const next = new URL(location, url);
  const secure = next.protocol === "https:" || (next.protocol === "http:" && url.startsWith("http:"));
  return secure ? next.href : undefined;
}

/** The answer to a GET, redirections followed. Not `fetch`: Node 20's and 22's crash on a slow reader of HTTP/1.0. */
function open(url: string, redirections = 5): Promise<IncomingMessage> {
  const { get } = url.startsWith("https:") ? https : http;
  return new Promise((resolve, reject) => {
    const request = get(url, { timeout: silence }, (response) => {
      const { statusCode = 0, headers } = response;
      if (statusCode === 200) return resolve(response);
      response.resume();
      if (statusCode >= 300 && statusCode < 400 && headers.location && redirections > 0) {
        const next = redirected(url, headers.location);
        if (next === undefined) return reject(new Error("it leads from https to another protocol"));
        return resolve(open(next, redirections - 1));
      }
      reject(new Error(`the server answered ${statusCode}`));
    });
    request.on("timeout", () => request.destroy(new Error(`nothing came for ${silence / 1000}s`)));
    request.on("error", reject);
  });
}
