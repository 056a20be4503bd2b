// Archives for the comparison of tar readers.
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";

/** 20,000 small files and three large ones, as a layer has. */
export function largeArchive(directory: string): Buffer {
  const root = path.join(directory, "large");
  for (let n = 0; n < 20_000; n++) {
    const file = path.join(root, `usr/lib/package${n % 200}/file${n}`);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, Buffer.alloc(n % 6000, n));
  }
  for (let n = 0; n < 3; n++) fs.writeFileSync(path.join(root, `large${n}`), Buffer.alloc(40_000_000, n));
  return tar(root, "pax", ".");
}

const tar = (root: string, format: string, ...names: string[]): Buffer =>
  execFileSync(
    "tar",
    [
      "--sort=name",
      ...(format === "ustar" ? [] : ["--sparse"]),
      `--format=${format}`,
      "-C",
      root,
      "-cf",
      "-",
      ...names,
    ],
    {
      maxBuffer: 2 ** 30,
    },
  );

/** Small archives of each format with one to three wrong bytes in their headers, the same in every run. */
export function damagedArchives(directory: string): Buffer[] {
  const root = path.join(directory, "small");
  // Too long for the name's field alone.
  const long = "long".repeat(24);
  fs.mkdirSync(path.join(root, "folder"), { recursive: true });
  fs.writeFileSync(path.join(root, "folder/file"), "hello", { mode: 0o4755 });
  fs.writeFileSync(path.join(root, `folder/${long}`), "x".repeat(700));
  fs.writeFileSync(path.join(root, "sparse"), "");
  fs.truncateSync(path.join(root, "sparse"), 1_000_000);
  fs.symlinkSync(`folder/${long}`, path.join(root, "symlink"));
  fs.linkSync(path.join(root, "folder/file"), path.join(root, "hardlink"));
  const whole = [
    tar(root, "gnu", "folder", "sparse", "symlink", "hardlink"),
    tar(root, "pax", "folder", "sparse", "symlink", "hardlink"),
    tar(root, "ustar", "folder", "hardlink"),
  ];
  let state = 1;
  const random = (below: number) => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return Math.floor((state / 2 ** 31) * below);
  };
  return Array.from({ length: 6000 }, (_, n) => {
    const archive = Buffer.from(whole[n % whole.length] ?? []);
    const blocks = Array.from({ length: archive.length / 512 }, (_, block) => block * 512).filter((at) =>
      archive.subarray(at, at + 512).some((byte) => byte !== 0),
    );
    const at = blocks[random(blocks.length)] ?? 0;
    for (let times = random(3); times >= 0; times--) archive[at + random(512)] = random(256);
    // In most cases the sum is put right, or the fields would never be looked at.
    if (n % 8 !== 0) {
      archive.write("        ", at + 148);
      const sum = archive.subarray(at, at + 512).reduce((total, byte) => total + byte, 0);
      archive.write(`${sum.toString(8).padStart(6, "0")}\0 `, at + 148);
    }
    return archive;
  });
}
