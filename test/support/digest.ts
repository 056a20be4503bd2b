import * as crypto from "node:crypto";

export const digestOf = (bytes: Buffer | string): string =>
  `sha256:${crypto.createHash("sha256").update(bytes).digest("hex")}`;
