// Nothing is deleted from a registry unless that was asked for, and a live image not even then.

import assert from "node:assert/strict";
import { helloFiles, inHello } from "../support/module";
import { makeAuthority } from "../support/authority";
import { builder, registry } from "./support/project/environment";
import { Project } from "./support/project/project";
import { fetchManifest } from "./support/images/registry";
import { startRegistryProxy, type RegistryProxy } from "./support/servers/registryProxy";

const files = inHello(helloFiles);

describe("deletion from a registry with https", function () {
  this.timeout(600_000);
  let proxy: RegistryProxy;
  // The provider takes authorities from here; the builder and goimage speak plain http to a loopback address.
  let trust: Record<string, string>;

  before(async () => {
    const authority = makeAuthority();
    trust = { SSL_CERT_FILE: authority.file };
    proxy = await startRegistryProxy(authority.server);
  });

  after(() => proxy?.close());

  function project(more: string): { project: Project; repository: string } {
    let repository = "";
    const made = new Project((own) => {
      repository = own.replace(registry, proxy.host);
      return `
const { GoMultiStageImage } = require("goimage");
exports.digest = new GoMultiStageImage("hello", {
  source: "hello", repository: "${repository}", builder: "${builder}", ${more}
}).digest;
`;
    }, files);
    return { project: made, repository };
  }

  async function succeed(project: Project, ...args: string[]): Promise<string> {
    const { code, output } = await project.pulumi([...args, "--yes", "--skip-preview"], trust);
    assert.equal(code, 0, output);
    return output;
  }

  it("promise P5: a replacement and a destroy keep the image, although the provider could delete it", async () => {
    const { project: kept, repository } = project("");
    await kept.up(trust);
    const { digest } = await kept.outputs<{ digest: string }>();
    await succeed(kept, "up", "--replace", await imageUrn(kept));
    await succeed(kept, "destroy");
    assert.equal((await fetchManifest(repository, "latest"))?.digest, digest);
    assert.deepEqual(
      proxy.requests.filter((request) => request.startsWith("DELETE")),
      [],
    );
  });

  it("retainOnDelete: false deletes on destroy, and not on a replacement with the same digest", async () => {
    const { project: deleted, repository } = project("retainOnDelete: false,");
    await deleted.up(trust);
    const { digest } = await deleted.outputs<{ digest: string }>();
    await succeed(deleted, "up", "--replace", await imageUrn(deleted));
    assert.equal((await deleted.outputs<{ digest: string }>()).digest, digest);
    assert.equal((await fetchManifest(repository, "latest"))?.digest, digest);
    assert.deepEqual(await deleted.up(trust), { same: 3 });
    await succeed(deleted, "destroy");
    assert.equal(await fetchManifest(repository, digest), undefined);
  });

  it("fault 20: a refresh over https drops a deleted image from the state, and the next up pushes it again", async () => {
    const { project: lost, repository } = project("retainOnDelete: false,");
    await lost.up(trust);
    const { digest } = await lost.outputs<{ digest: string }>();
    await fetch(`http://${repository.replace("/", "/v2/")}/manifests/${digest}`, { method: "DELETE" });
    await succeed(lost, "refresh");
    assert.deepEqual(await lost.up(trust), { same: 2, create: 1 });
    assert.equal((await fetchManifest(repository, "latest"))?.digest, digest);
    assert.deepEqual(await lost.up(trust), { same: 3 });
  });
});

async function imageUrn(project: Project): Promise<string> {
  const urn = /urn:[^"]*docker-build:index:Image::hello/.exec(await project.state())?.[0];
  assert.ok(urn);
  return urn;
}
