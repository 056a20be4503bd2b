// Layers compressed with zstd: what reads them.
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import { medianSeconds, type Libraries } from "./libraries";

interface Fzstd {
  Decompress: new (ondata: (chunk: Uint8Array) => void) => { push(chunk: Uint8Array, final?: boolean): void };
}

interface Zstddec {
  ZSTDDecoder: new () => { init(): Promise<void>; decode(data: Uint8Array, size: number): Uint8Array };
}

/** A program of some 100 MB, as a layer would hold. */
export async function compareZstd(libraries: Libraries): Promise<string[][]> {
  const program = fs.readFileSync(process.execPath);
  const { stdout, error } = spawnSync("zstd", ["-3", "-c"], { input: program, maxBuffer: 2 ** 30 });
  if (error) return [[`zstd: skipped, for there is no program zstd (${error.message})`]];
  const { Decompress } = (await libraries.load("fzstd")) as Fzstd;
  const { ZSTDDecoder } = (await libraries.load("zstddec")) as Zstddec;
  const whole = (size: number) => {
    if (size !== program.length) throw new Error(`${size} bytes, not ${program.length}`);
  };
  const inPieces = await medianSeconds(() => {
    let size = 0;
    const decompress = new Decompress((chunk) => (size += chunk.length));
    for (let at = 0; at < stdout.length; at += 65_536) decompress.push(stdout.subarray(at, at + 65_536));
    decompress.push(new Uint8Array(), true);
    whole(size);
  });
  const atOnce = await medianSeconds(async () => {
    const decoder = new ZSTDDecoder();
    await decoder.init();
    whole(decoder.decode(stdout, program.length).length);
  });
  const speed = (seconds: number) => `${Math.round(program.length / seconds / 1e6)} MB/s`;
  return [
    ["zstd", "size, packages", "unpacked", "needs"],
    ["fzstd (ours)", libraries.alone("fzstd").footprint, speed(inPieces), "the window of a frame"],
    [
      "zstddec",
      libraries.alone("zstddec").footprint,
      speed(atOnce),
      "the layer's size, and all of it in memory",
    ],
  ];
}
