/** What the tests of examples/ in other languages need: the languages' hosts and a generator of SDKs. Only on request: 3 minutes. */
import { pulumiSdk, pulumiVersion, type Tool } from "./versions";

const sdkModule = "github.com/pulumi/pulumi/sdk/v3";

export const languageTools: readonly Tool[] = [
  {
    name: "pulumi-language-yaml",
    version: pulumiVersion,
    why: "runs Pulumi programs in YAML",
    commands: ["pulumi-language-yaml"],
    download: pulumiSdk,
    recipe: {
      folder: "yaml",
      version: "1.25.0",
      packages: ["github.com/pulumi/pulumi-yaml/cmd/pulumi-language-yaml"],
      ldflags: "-X github.com/pulumi/pulumi-yaml/pkg/version.Version=v1.25.0",
      cold: "45 s",
    },
  },
  {
    name: "pulumi-language-python",
    version: pulumiVersion,
    why: "runs Pulumi programs in Python",
    commands: ["pulumi-language-python", "pulumi-language-python-exec"],
    download: pulumiSdk,
    recipe: {
      folder: "lang",
      // The last Go module that contains it.
      version: "3.68.0",
      packages: [`${sdkModule}/python/cmd/pulumi-language-python`],
      ldflags: `-X ${sdkModule}/go/common/version.Version=v3.68.0`,
      script: { module: sdkModule, file: "python/cmd/pulumi-language-python-exec" },
      cold: "15 s",
    },
  },
  {
    name: "pulumi-language-go",
    version: pulumiVersion,
    why: "runs Pulumi programs in Go",
    commands: ["pulumi-language-go"],
    download: pulumiSdk,
    recipe: {
      folder: "language-go",
      // The last Go module that contains it.
      version: "3.63.0",
      packages: [`${sdkModule}/go/pulumi-language-go`],
      ldflags: `-X ${sdkModule}/go/common/version.Version=v3.63.0`,
      cold: "15 s",
    },
  },
  {
    name: "sdkgen",
    version: pulumiVersion,
    why: "generates the SDKs of goimage for other languages",
    commands: ["sdkgen"],
    recipe: { folder: "pulumi", packages: ["./sdkgen"], ldflags: "", cold: "1 min" },
  },
];
