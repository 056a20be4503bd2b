// A Go module proxy with every version of one module, which can hold its answers: so long a build step runs.

import * as crypto from "node:crypto";
import * as http from "node:http";
import type { AddressInfo } from "node:net";

export interface SlowModules {
  url: string;
  /** Awaited before an answer. */
  hold: (response: http.ServerResponse) => Promise<unknown> | undefined;
  close(): void;
}

export const slowModule = "example.com/slow";

/** `address`: one of this machine that build steps reach. */
export async function startSlowModules(address: string): Promise<SlowModules> {
  const server = http.createServer((request, response) => {
    void Promise.resolve(modules.hold(response)).then(() => answer(request.url ?? "", response));
  });
  const modules: SlowModules = {
    url: "",
    hold: () => undefined,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
  await new Promise<void>((resolve, reject) => {
    server.on("error", reject);
    server.listen(0, address, resolve);
  });
  modules.url = `http://${address}:${(server.address() as AddressInfo).port}`;
  return modules;
}

function answer(url: string, response: http.ServerResponse): void {
  const [, version = "", kind] = /^\/example\.com\/slow\/@v\/(v[\d.]+)\.(info|mod|zip)$/.exec(url) ?? [];
  if (kind === "info") response.end(JSON.stringify({ Version: version, Time: "2024-01-01T00:00:00Z" }));
  else if (kind === "mod") response.end(goMod);
  else if (kind === "zip") {
    response.end(zip(filesOf(version)));
  } else response.writeHead(404).end();
}

const goMod = `module ${slowModule}\n`;

function filesOf(version: string): Record<string, string> {
  const prefix = `${slowModule}@${version}`;
  return {
    [`${prefix}/go.mod`]: goMod,
    [`${prefix}/slow.go`]: `package slow\n\nconst Version = "${version}"\n`,
  };
}

/** The lines of go.sum for a version (golang.org/x/mod/sumdb/dirhash). */
export function slowSums(version: string): string {
  const digest = (text: string, form: "hex" | "base64") =>
    crypto.createHash("sha256").update(text).digest(form);
  const sum = (files: Record<string, string>) => {
    const lines = Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1));
    return digest(lines.map(([name, text]) => `${digest(text, "hex")}  ${name}\n`).join(""), "base64");
  };
  return `${slowModule} ${version} h1:${sum(filesOf(version))}\n${slowModule} ${version}/go.mod h1:${sum({ "go.mod": goMod })}\n`;
}

/** The zip of a version in which somebody has changed a value. */
export const changedZip = (version: string, value: string): Buffer =>
  zip(
    Object.fromEntries(
      Object.entries(filesOf(version)).map(([name, text]) => [
        name,
        text.replace(`"${version}"`, JSON.stringify(value)),
      ]),
    ),
  );

/** Files without compression and without directories, as the go command wants a module's zip. */
function zip(files: Record<string, string>): Buffer {
  const locals: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const [name, content] of Object.entries(files)) {
    const [nameBytes, bytes] = [Buffer.from(name), Buffer.from(content)];
    const fields = Buffer.alloc(26); // Version, flags, method, time, date, crc, sizes, lengths.
    fields.writeUInt16LE(20, 0);
    fields.writeUInt32LE(crc32(bytes), 10);
    fields.writeUInt32LE(bytes.length, 14);
    fields.writeUInt32LE(bytes.length, 18);
    fields.writeUInt16LE(nameBytes.length, 22);
    const local = Buffer.concat([Buffer.from("PK\x03\x04"), fields, nameBytes, bytes]);
    const place = Buffer.alloc(14);
    place.writeUInt32LE(offset, 10);
    central.push(Buffer.concat([Buffer.from("PK\x01\x02\x14\0"), fields, place, nameBytes]));
    locals.push(local);
    offset += local.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06", "latin1");
  end.writeUInt16LE(central.length, 8);
  end.writeUInt16LE(central.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, directory, end]);
}

function crc32(bytes: Buffer): number {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}
