// A Go module proxy with every version of one module, which can hold its answers: so long a build step runs.

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
  const goMod = `module ${slowModule}\n`;
  if (kind === "info") response.end(JSON.stringify({ Version: version, Time: "2024-01-01T00:00:00Z" }));
  else if (kind === "mod") response.end(goMod);
  else if (kind === "zip") {
    const prefix = `${slowModule}@${version}`;
    response.end(
      zip({
        [`${prefix}/go.mod`]: goMod,
        [`${prefix}/slow.go`]: `package slow\n\nconst Version = "${version}"\n`,
      }),
    );
  } else response.writeHead(404).end();
}

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
