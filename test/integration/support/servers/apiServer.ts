// A Kubernetes API server of a test's own, with its database: it stores what is applied and counts generations, and nothing runs.

import { type ChildProcess, spawn } from "node:child_process";
import * as crypto from "node:crypto";
import * as fs from "node:fs";
import * as https from "node:https";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { which } from "../../../../tools/setup/exec";
import { toolFolder } from "../../../../tools/setup/facts";
import { kubernetesTools } from "../../../../tools/setup/kubernetes";
import { layout } from "../../../../tools/setup/paths";
import { makeTree } from "../../../support/module";
import { freePort } from "./freePort";

/** Why there is no API server here; undefined when one can be started. */
export function missingApiServer(): string | undefined {
  const missing = kubernetesTools.filter((tool) =>
    tool.plugin === undefined
      ? tool.commands.some((command) => which(command) === undefined)
      : !fs.existsSync(toolFolder(layout(), tool, tool.version)),
  );
  if (missing.length === 0) return undefined;
  return `${missing.map(({ name }) => name).join(", ")} not found: npm run setup -- --kubernetes builds them`;
}

export class ApiServer {
  private readonly children: ChildProcess[] = [];
  private output = "";
  private readonly token = crypto.randomBytes(16).toString("hex");
  private readonly directory: string;
  private port = 0;

  constructor() {
    const { publicKey, privateKey } = crypto.generateKeyPairSync("rsa", { modulusLength: 2048 });
    this.directory = makeTree({
      "tokens.csv": `${this.token},test,test,system:masters\n`,
      "sa.key": privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
      "sa.pub": publicKey.export({ type: "spki", format: "pem" }).toString(),
    });
  }

  /** Path of a kubeconfig for it. */
  async start(): Promise<string> {
    const file = (name: string) => path.join(this.directory, name);
    const database = `http://127.0.0.1:${await freePort()}`;
    const peer = `http://127.0.0.1:${await freePort()}`;
    this.port = await freePort();
    this.run("etcd", {
      "data-dir": file("etcd"),
      "listen-client-urls": database,
      "advertise-client-urls": database,
      "listen-peer-urls": peer,
      "initial-advertise-peer-urls": peer,
      "initial-cluster": `default=${peer}`,
      "unsafe-no-fsync": "true",
    });
    this.run("kube-apiserver", {
      "etcd-servers": database,
      "bind-address": "127.0.0.1",
      "advertise-address": "127.0.0.1",
      "secure-port": String(this.port),
      "cert-dir": file("certificates"),
      "token-auth-file": file("tokens.csv"),
      "authorization-mode": "AlwaysAllow",
      "service-account-issuer": "https://kubernetes.default.svc",
      "service-account-key-file": file("sa.pub"),
      "service-account-signing-key-file": file("sa.key"),
      "service-cluster-ip-range": "10.0.0.0/24",
      "disable-admission-plugins": "ServiceAccount",
    });
    const kubeconfig = file("kubeconfig.json");
    const cluster = { server: `https://127.0.0.1:${this.port}`, "insecure-skip-tls-verify": true };
    const config = {
      apiVersion: "v1",
      kind: "Config",
      clusters: [{ name: "test", cluster }],
      users: [{ name: "test", user: { token: this.token } }],
      contexts: [{ name: "test", context: { cluster: "test", user: "test" } }],
      "current-context": "test",
    };
    fs.writeFileSync(kubeconfig, JSON.stringify(config));
    for (let tries = 0; tries < 600; tries++) {
      if (this.children.some((child) => child.exitCode !== null)) break;
      const isReady = await this.get("/api/v1/namespaces/default").then(
        () => true,
        () => false,
      );
      if (isReady) return kubeconfig;
      await sleep(200);
    }
    this.close();
    throw new Error(`the API server does not answer:\n${this.output.slice(-4000)}`);
  }

  /** An object of the API. */
  get(where: string): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const options = {
        host: "127.0.0.1",
        port: this.port,
        path: where,
        // Its certificate is of its own making.
        rejectUnauthorized: false,
        headers: { authorization: `Bearer ${this.token}` },
      };
      const request = https.get(options, (response) => {
        let text = "";
        response.on("data", (chunk: Buffer) => (text += chunk.toString()));
        response.on("end", () =>
          response.statusCode === 200 ? resolve(JSON.parse(text)) : reject(new Error(text)),
        );
      });
      request.on("error", reject);
    });
  }

  close(): void {
    for (const child of this.children) child.kill("SIGKILL");
  }

  private run(command: string, options: Record<string, string>): void {
    const args = Object.entries(options).map(([name, value]) => `--${name}=${value}`);
    const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"] });
    const keep = (chunk: Buffer) => (this.output = (this.output + chunk.toString()).slice(-64_000));
    child.stdout.on("data", keep);
    child.stderr.on("data", keep);
    process.once("exit", () => void child.kill("SIGKILL"));
    this.children.push(child);
  }
}
