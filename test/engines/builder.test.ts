import assert from "node:assert/strict";
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

describe("the builder, before a build", () => {
  it("is missing, with those that are there and the command that makes it", async () => {
    assert.equal(
      await builderProblem("ci", machine({ one: {}, two: {} })),
      "there is no builder ci on this machine (docker buildx ls lists one, two): make it with docker buildx create --name ci " +
        "--driver docker-container --bootstrap, or name another one",
    );
    assert.match((await builderProblem("ci", machine({}))) ?? "", /lists none that fits\)/);
  });

  it("is found where docker buildx keeps it, in any case of letters", async () => {
    const ci = { Name: "ci", Driver: "docker-container", Nodes: [{ Endpoint: "default" }] };
    assert.equal(await builderProblem("CI", machine({ ci })), undefined);
    const { DOCKER_CONFIG = "" } = machine({ ci });
    const env = { BUILDX_CONFIG: path.join(DOCKER_CONFIG, "buildx"), DOCKER_CONFIG: "/nonexistent" };
    assert.equal(await builderProblem("ci", env), undefined);
    const { DOCKER_CONFIG: HOME } = machine({ ci }, ".docker/buildx/instances");
    assert.equal(await builderProblem("ci", { HOME }), undefined);
  });

  it("is asked at each address, which one that does not answer names", async () => {
    const server = net.createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as net.AddressInfo;
    const socket = path.join(makeTree({}), "socket");
    const local = net.createServer();
    await new Promise<void>((resolve) => local.listen(socket, resolve));
    try {
      for (const endpoint of [`tcp://127.0.0.1:${port}`, `unix://${socket}`])
        assert.equal(await builderProblem("ci", machine({ ci: remote(endpoint) })), undefined);
      const nodes = [{ Endpoint: `unix://${socket}` }, { Endpoint: "unix:///nonexistent.sock" }];
      assert.equal(
        await builderProblem("ci", machine({ ci: { Driver: "remote", Nodes: nodes } })),
        "the builder ci cannot be reached: nothing answers at unix:///nonexistent.sock (ENOENT). Start buildkitd there, or " +
          "name another one",
      );
    } finally {
      server.close();
      local.close();
    }
    assert.match(
      (await builderProblem("ci", machine({ ci: remote(`tcp://127.0.0.1:${port}`) }))) ?? "",
      /nothing answers at tcp:\/\/127\.0\.0\.1:\d+ \(ECONNREFUSED\)/,
    );
  });

  it("has the files that it names", async () => {
    const ci = remote("tcp://127.0.0.1:1", { cacert: "/nonexistent/ca.pem", servername: "x" });
    assert.match(
      (await builderProblem("ci", machine({ ci }))) ?? "",
      /: its cacert \/nonexistent\/ca\.pem cannot be read \(ENOENT\)\. Put the file there, or/,
    );
  });

  it("has certificates in these files", async () => {
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

  it("is left to the provider where nothing is known of it", async () => {
    for (const ci of ["no JSON", "null", "{}", remote("kube-pod://x"), { Driver: "remote", Nodes: [null] }])
      assert.equal(await builderProblem("ci", machine({ ci })), undefined);
  });

  it("is one that docker-build starts where there is none at all", async () => {
    assert.equal(await hasAnyBuilder(machine({})), false);
    assert.equal(await hasAnyBuilder(machine({ ".lock": "" })), false);
    assert.equal(await hasAnyBuilder(machine({ ci: {} })), true);
  });
});
