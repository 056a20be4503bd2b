import { createWriteStream } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import http, { type IncomingMessage } from "node:http";
import https from "node:https";
import { basename, join } from "node:path";
import { pipeline } from "node:stream/promises";
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

/** Downloads into a folder. The file has its name only once it is whole. */
export async function download(url: string, folder: string): Promise<string> {
  const file = join(folder, basename(new URL(url).pathname));
  const partial = `${file}.part`;
  await mkdir(folder, { recursive: true });
  try {
    const response = await open(locate(url));
    await pipeline(response, createWriteStream(partial));
  } catch (error) {
    await rm(partial, { force: true });
    throw new SetupError(`${locate(url)}: ${error instanceof Error ? error.message : String(error)}`);
  }
  await rename(partial, file);
  return file;
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
        return resolve(open(new URL(headers.location, url).href, redirections - 1));
      }
      reject(new Error(`the server answered ${statusCode}`));
    });
    request.on("timeout", () => request.destroy(new Error(`nothing came for ${silence / 1000}s`)));
    request.on("error", reject);
  });
}
