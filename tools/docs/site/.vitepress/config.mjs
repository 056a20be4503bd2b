// The documentation as a site with search: the pages that the repository has, in the order in which they are read.

const docs = (text, name) => ({ text, link: `/docs/${name}` });
const group = (text, items) => ({ text, items });

export default {
  title: "goimage",
  description: "Go services to small, hardened container images, with Pulumi",
  srcDir: "../../..",
  // A pattern with a dot: folders such as .toolchain are not looked into.
  srcExclude: ["{components,dist,examples,tools}/**", "test/*/**/*", "**/node_modules/**", "**/.*/**"],
  outDir: "../../../.toolchain/docs",
  cacheDir: "../../../.toolchain/docs-cache",
  rewrites: { "README.md": "index.md", "README.pt-BR.md": "pt-BR.md" },
  cleanUrls: true,
  // Folders of the repository, which are no pages.
  ignoreDeadLinks: [/^\.\/workloads\//],
  themeConfig: {
    search: { provider: "local" },
    outline: [2, 3],
    sidebar: [
      group("Start", [
        { text: "Overview", link: "/" },
        docs("Getting started", "getting-started"),
        docs("Inputs and outputs", "inputs-and-outputs"),
        docs("Examples", "examples"),
        docs("Other languages", "languages"),
        docs("Moving to goimage", "moving"),
        docs("Leaving", "leaving"),
      ]),
      group("Build", [
        docs("Engines and recipes", "engines-and-recipes"),
        docs("Builders", "builders"),
        docs("Rebuilds", "rebuilds"),
        docs("Base images", "base-images"),
        docs("Packages", "packages"),
        docs("Several platforms", "platforms"),
        docs("Private modules", "private-modules"),
        docs("Secrets", "secrets"),
        docs("Cold runners", "cold-runners"),
        docs("Performance", "performance"),
      ]),
      group("Ship", [
        docs("Smoke test and checks", "smoke-test-and-checks"),
        docs("Size and report", "size-and-report"),
        docs("Log in to registries", "registries"),
        docs("Registry and drift", "registry"),
        docs("Pipelines", "pipelines"),
        docs("Test your stack", "testing"),
      ]),
      group("Understand", [
        docs("Troubleshooting", "troubleshooting"),
        docs("How it works", "how-it-works"),
        docs("Security", "security"),
        { text: "Benchmarks", link: "/bench/README" },
        { text: "Changes", link: "/CHANGELOG" },
        { text: "Contributing", link: "/CONTRIBUTING" },
        { text: "Report a fault", link: "/SECURITY" },
        { text: "Português", link: "/pt-BR" },
      ]),
    ],
  },
  markdown: {
    config(page) {
      // Folders of examples are no pages: the page of examples has their programs.
      const { link_open: open = (tokens, at, options, _, self) => self.renderToken(tokens, at, options) } =
        page.renderer.rules;
      page.renderer.rules.link_open = (tokens, at, options, env, self) => {
        const example = /^(?:\.\.\/)?examples(?:\/([\w-]+))?(?:\/.*)?$/.exec(
          tokens[at].attrGet("href") ?? "",
        );
        if (example) tokens[at].attrSet("href", `/docs/examples#${example[1] ?? ""}`);
        return open(tokens, at, options, env, self);
      };
    },
  },
};
