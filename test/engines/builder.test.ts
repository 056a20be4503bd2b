import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import * as http2 from "node:http2";
import * as net from "node:net";
import * as path from "node:path";
import { builderProblem, hasAnyBuilder } from "../../components/engines";
import { makeTree } from "../support/module";

/** The environment of a machine whose docker buildx has these builders. */
const machine = (builders: Record<string, unknown>, place = "buildx/instances"): NodeJS.ProcessEnv => {
  const files = Object.entries(builders).map(([name, content]) => [
    `${place}/${name}`,
    typeof content === "string" ? content : JSON.stringify(content),
  ]);
  return { DOCKER_CONFIG: makeTree(Object.fromEntries(files) as Record<string, string>) };
};
const remote = (Endpoint: unknown, DriverOpts: unknown = null) => ({
  ...{ Name: "ci", Driver: "remote", Nodes: [{ Name: "ci0", Endpoint, DriverOpts }] },
});

describe("the check of the builder", () => {
  it("reports a missing builder, with the existing ones and the command that makes it", async () => {
    assert.equal(
      await builderProblem("ci", machine({ one: {}, two: {} })),
      "there is no builder ci on this machine (docker buildx ls lists one, two): make it with docker buildx create --name ci " +
        "--driver docker-container --bootstrap, or name another one",
    );
    assert.match((await builderProblem("ci", machine({}))) ?? "", /lists none that fits\)/);
  });

  it("finds the builder where docker buildx keeps it, in upper or lower case", async () => {
    const ci = { Name: "ci", Driver: "docker-container", Nodes: [{ Endpoint: "default" }] };
    assert.equal(await builderProblem("CI", machine({ ci })), undefined);
    const { DOCKER_CONFIG = "" } = machine({ ci });
    const env = { BUILDX_CONFIG: path.join(DOCKER_CONFIG, "buildx"), DOCKER_CONFIG: "/nonexistent" };
    assert.equal(await builderProblem("ci", env), undefined);
    const { DOCKER_CONFIG: HOME } = machine({ ci }, ".docker/buildx/instances");
    assert.equal(await builderProblem("ci", { HOME }), undefined);
  });

  it("accepts a docker context's name, for which docker-build starts a builder", async () => {
    assert.equal(await builderProblem("default", machine({})), undefined);
    const folder = createHash("sha256").update("desktop").digest("hex");
    const env = machine({ "meta.json": {} }, `contexts/meta/${folder}`);
    assert.equal(await builderProblem("desktop", env), undefined);
    assert.match((await builderProblem("other", env)) ?? "", /^there is no builder other/);
  });

  /** A daemon that answers each call with that gRPC status. */
  async function withDaemon<T>(
    status: number,
    address: net.ListenOptions,
    use: (port: number) => Promise<T>,
  ): Promise<T> {
    const daemon = http2.createServer().on("stream", (stream, { ":path": call }) => {
      assert.equal(call, "/moby.buildkit.v1.Control/Info");
      stream.respond({ "content-type": "application/grpc", "grpc-status": status }, { endStream: true });
    });
    await new Promise<void>((resolve) => daemon.listen(address, resolve));
    try {
      return await use((daemon.address() as net.AddressInfo).port);
    } finally {
      daemon.close();
    }
  }

  it("asks each address of the builder, and names one that does not answer", async () => {
    const socket = path.join(makeTree({}), "socket");
    const closed = await withDaemon(0, { host: "127.0.0.1", port: 0 }, async (port) => {
      await withDaemon(0, { path: socket }, async () => {
        for (const endpoint of [`tcp://127.0.0.1:${port}`, `unix://${socket}`])
          assert.equal(await builderProblem("ci", machine({ ci: remote(endpoint) })), undefined);
        const nodes = [{ Endpoint: `unix://${socket}` }, { Endpoint: "unix:///nonexistent.sock" }];
        assert.equal(
          await builderProblem("ci", machine({ ci: { Driver: "remote", Nodes: nodes } })),
          "the builder ci cannot be reached: nothing answers at unix:///nonexistent.sock (ENOENT). Start buildkitd there, or " +
            "name another one",
        );
      });
      return port;
    });
    assert.match(
      (await builderProblem("ci", machine({ ci: remote(`tcp://127.0.0.1:${closed}`) }))) ?? "",
      /nothing answers at tcp:\/\/127\.0\.0\.1:\d+ \(ECONNREFUSED\)/,
    );
  });

  it("refuses a BuildKit older than 0.11", async () => {
    await withDaemon(12, { host: "127.0.0.1", port: 0 }, async (port) => {
      assert.equal(
        await builderProblem("ci", machine({ ci: remote(`tcp://127.0.0.1:${port}`) })),
        `the builder ci is too old: the BuildKit at tcp://127.0.0.1:${port} is older than 0.11, the first version that goimage can use. ` +
          "Update it there, or name another one",
      );
    });
  });

  it("accepts a builder that gives another answer or refuses the call", async () => {
    await withDaemon(16, { host: "127.0.0.1", port: 0 }, async (port) => {
      assert.equal(await builderProblem("ci", machine({ ci: remote(`tcp://127.0.0.1:${port}`) })), undefined);
    });
    for (const talk of [
      (socket: net.Socket) => socket.end("hello\n"),
      (socket: net.Socket) => socket.destroy(),
    ]) {
      const server = net.createServer((socket) => talk(socket.on("error", () => undefined)));
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      const endpoint = `tcp://127.0.0.1:${(server.address() as net.AddressInfo).port}`;
      assert.equal(await builderProblem("ci", machine({ ci: remote(endpoint) })), undefined);
      server.close();
    }
  });

  it("reports a certificate file that is missing", async () => {
    const ci = remote("tcp://127.0.0.1:1", { cacert: "/nonexistent/ca.pem", servername: "x" });
    assert.match(
      (await builderProblem("ci", machine({ ci }))) ?? "",
      /: its cacert \/nonexistent\/ca\.pem cannot be read \(ENOENT\)\. Put the file there, or/,
    );
  });

  it("reports a certificate file that is invalid", async () => {
    const server = net.createServer((socket) => socket.on("error", () => undefined));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    try {
      const endpoint = `tcp://127.0.0.1:${(server.address() as net.AddressInfo).port}`;
      const cert = path.join(makeTree({ "cert.pem": "no certificate" }), "cert.pem");
      assert.match(
        (await builderProblem("ci", machine({ ci: remote(endpoint, { cert }) }))) ?? "",
        /: TLS with tcp:\S+ fails \(\w+\)\. Check cacert, cert, key and servername, or/,
      );
    } finally {
      server.close();
    }
  });

  it("accepts a builder whose settings it does not understand", async () => {
    for (const ci of ["no JSON", "null", "{}", remote("kube-pod://x"), { Driver: "remote", Nodes: [null] }])
      assert.equal(await builderProblem("ci", machine({ ci })), undefined);
  });

  it("knows when there is no builder at all, for which docker-build starts one", async () => {
    assert.equal(await hasAnyBuilder(machine({})), false);
    assert.equal(await hasAnyBuilder(machine({ ".lock": "" })), false);
    assert.equal(await hasAnyBuilder(machine({ ci: {} })), true);
  });
});
