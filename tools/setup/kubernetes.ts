/** What the test of examples/kubernetes needs: an API server with its database, and the provider. Only on request: 10 minutes. */
import type { Tool } from "./versions";

const kubernetesVersion = "1.34.1";
const etcdVersion = "3.6.4";
const providerVersion = "4.25.0";

export const kubernetesTools: readonly Tool[] = [
  {
    name: "etcd",
    version: etcdVersion,
    why: "the API server's database",
    commands: ["etcd"],
    minimum: "3.5.0",
    recipe: { folder: "etcd", packages: ["go.etcd.io/etcd/server/v3"], ldflags: "", cold: "30 s" },
  },
  {
    name: "kube-apiserver",
    version: kubernetesVersion,
    why: "takes the Deployments of the test",
    commands: ["kube-apiserver"],
    minimum: "1.30.0",
    recipe: {
      folder: "kube-apiserver",
      packages: ["k8s.io/kubernetes/cmd/kube-apiserver"],
      ldflags: `-X k8s.io/component-base/version.gitVersion=v${kubernetesVersion}`,
      cold: "4 min",
    },
  },
  {
    name: "pulumi-resource-kubernetes",
    version: providerVersion,
    why: "makes Deployments",
    commands: ["pulumi-resource-kubernetes"],
    plugin: "kubernetes",
    recipe: {
      folder: "kubernetes",
      packages: ["github.com/pulumi/pulumi-kubernetes/provider/v4/cmd/pulumi-resource-kubernetes"],
      ldflags: `-X github.com/pulumi/pulumi-kubernetes/provider/v4/pkg/version.Version=v${providerVersion}`,
      // The module has the files that its own build makes copies of.
      edit: {
        module: "github.com/pulumi/pulumi-kubernetes/provider/v4",
        folder: "cmd/pulumi-resource-kubernetes",
        file: "main.go",
        from: "-embed.json",
        to: ".json",
      },
      cold: "5 min",
    },
  },
];
