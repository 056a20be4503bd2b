/** goimage through its plugin: programs in another language, and the same in TypeScript. */
import { mkdir } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { makePlugin } from "../../tools/plugin";
import type { Peer, Site } from "../model";
import { sourceOf } from "./images";
import { inLanguage, pulumiPeer } from "./pulumi";

const json = JSON.stringify;

let plugin: Promise<string> | undefined;

/** A PATH with the plugin as users have it, which is without TypeScript and with no packages but its own. */
async function pathWithPlugin(site: Site): Promise<NodeJS.ProcessEnv> {
  plugin ??= (async () => {
    const folder = join(dirname(site.directory), "plugin");
    await mkdir(folder, { recursive: true });
    await makePlugin(folder);
    return folder;
  })();
  return { PATH: [await plugin, site.env["PATH"]].join(delimiter) };
}

const inputs = (site: Site) =>
  site.services.map((service) => ({
    name: service.name,
    args: {
      source: sourceOf(service),
      repository: site.repository(service),
      engine: "buildkit",
      builder: site.lab.toolchain.builder,
    },
  }));

export const emptyYaml: Peer = pulumiPeer({
  name: `empty program${inLanguage("YAML")}`,
  needs: [],
  pushes: false,
  language: "YAML",
  program: () => "outputs:\n  stack: ${pulumi.stack}\n",
});

export const pluginFromYaml: Peer = pulumiPeer({
  name: `goimage buildkit, plugin${inLanguage("YAML")}`,
  needs: ["buildkit"],
  language: "YAML",
  env: pathWithPlugin,
  program: (site) => {
    // JSON is YAML.
    const resources = inputs(site).map(({ name, args }) => [
      name,
      { type: "goimage:GoMultiStageImage", properties: args },
    ]);
    const outputs = inputs(site).map(({ name }) => [name, `\${${name}.digest}`]);
    return `resources: ${json(Object.fromEntries(resources))}\noutputs: ${json(Object.fromEntries(outputs))}\n`;
  },
});

export const pluginFromTypeScript: Peer = pulumiPeer({
  name: "goimage buildkit, plugin, TypeScript",
  needs: ["buildkit"],
  env: pathWithPlugin,
  // What a generated SDK comes to.
  program: (site) => `import * as pulumi from "@pulumi/pulumi";

class GoMultiStageImage extends pulumi.ComponentResource {
  declare readonly digest: pulumi.Output<string>;
  constructor(name: string, args: pulumi.Inputs) {
    super("goimage:index:GoMultiStageImage", name, { digest: undefined, ...args }, { version: "0.1.0" }, true);
  }
}

const images = (${json(inputs(site))}).map(({ name, args }) => new GoMultiStageImage(name, args));

export const digests = images.map((image) => image.digest);
`,
});
