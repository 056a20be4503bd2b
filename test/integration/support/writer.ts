// A provider with one resource that writes a file, for programs in languages without dynamic resources: writer:index:File.

import * as fs from "node:fs";
import * as path from "node:path";
import { makeTree } from "../../support/module";

const schema = {
  name: "writer",
  version: "1.0.0",
  resources: {
    "writer:index:File": {
      properties: { path: { type: "string" }, text: { type: "string" } },
      required: ["path", "text"],
      inputProperties: { path: { type: "string" }, text: { type: "string" } },
      requiredInputs: ["path", "text"],
    },
  },
};

/** An empty text removes the file. */
const provider = (directory: string) => `
const fs = require("node:fs");
const path = require("node:path");
const pulumi = require(${JSON.stringify(path.dirname(require.resolve("@pulumi/pulumi/package.json")))});
const write = (file) => {
  const place = path.join(${JSON.stringify(directory)}, file.path);
  fs.rmSync(place, { force: true });
  fs.mkdirSync(path.dirname(place), { recursive: true });
  if (file.text !== "") fs.writeFileSync(place, file.text);
  return file;
};
const schema = ${JSON.stringify(JSON.stringify(schema))};
pulumi.provider.main({
  version: "1.0.0",
  schema,
  getSchema: async () => schema,
  check: async (urn, olds, news) => ({ inputs: news }),
  diff: async (id, urn, olds, news) => ({ changes: olds.path !== news.path || olds.text !== news.text }),
  create: async (urn, news) => ({ id: news.path, outs: write(news) }),
  update: async (id, urn, olds, news) => ({ outs: write(news) }),
  delete: async () => {},
}, process.argv.slice(2));
`;

/** A directory for the PATH that has the provider; it writes below `directory`. */
export function writerPlugin(directory: string): string {
  const place = makeTree({ "plugin.js": provider(directory) });
  const launcher = `#!/bin/sh\nexec ${process.execPath} ${path.join(place, "plugin.js")} "$@"\n`;
  fs.writeFileSync(path.join(place, "pulumi-resource-writer"), launcher, { mode: 0o755 });
  return place;
}
