// A Deployment by `ref`: an edit of the Go code rolls it, an edit of a README does not.

import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { GoMultiStageImage, type Engine } from "goimage";

const config = new pulumi.Config();

const image = new GoMultiStageImage("api", {
  source: config.get("source") ?? "../quickstart/service",
  repository: config.get("repository") ?? "registry.example.com/team/api",
  engine: config.get<Engine>("engine"),
  builder: config.get("builder"),
  runtime: { exposedPorts: ["8080"], user: "65532:65532" },
});

// A bare API server, as in tests, has no controllers that would report a rollout.
const metadata = config.getBoolean("skipAwait")
  ? { annotations: { "pulumi.com/skipAwait": "true" } }
  : undefined;

const labels = { app: "api" };
const deployment = new k8s.apps.v1.Deployment("api", {
  metadata,
  spec: {
    replicas: 2,
    selector: { matchLabels: labels },
    template: {
      metadata: { labels },
      spec: {
        containers: [
          {
            name: "api",
            image: image.ref,
            ports: [{ containerPort: 8080 }],
            readinessProbe: { httpGet: { path: "/healthz", port: 8080 } },
            resources: { requests: { cpu: "50m", memory: "32Mi" }, limits: { memory: "64Mi" } },
            securityContext: {
              runAsNonRoot: true,
              readOnlyRootFilesystem: true,
              allowPrivilegeEscalation: false,
              capabilities: { drop: ["ALL"] },
            },
          },
        ],
      },
    },
  },
});

new k8s.core.v1.Service("api", {
  metadata,
  spec: { selector: labels, ports: [{ port: 80, targetPort: 8080 }] },
});

export const { ref, size } = image;
export const { name, namespace } = deployment.metadata;
