// Sizes of images in every form that builders push, beside the registry's own manifests and docker's figures.

import assert from "node:assert/strict";
import { readImage } from "../../components/registry";
import { parseRepository } from "../../components/name/reference";
import { makeTree } from "../support/module";
import { missingEngine, registry, skipWithReason } from "./support/project/environment";
import { buildImage, docker } from "./support/images/images";
import { fetchManifest, transferSize } from "./support/images/registry";

const families = {
  docker: { type: "application/vnd.docker.image.rootfs.diff", flags: "oci-mediatypes=false" },
  oci: { type: "application/vnd.oci.image.layer.v1", flags: "oci-mediatypes=true" },
} as const;

const forms = [
  { family: "docker", compression: "gzip", ending: ".tar.gzip", attested: false },
  { family: "docker", compression: "uncompressed", ending: ".tar", attested: false },
  { family: "oci", compression: "gzip", ending: ".tar+gzip", attested: false },
  { family: "oci", compression: "zstd", ending: ".tar+zstd", attested: false },
  { family: "oci", compression: "uncompressed", ending: ".tar", attested: false },
  { family: "oci", compression: "gzip", ending: ".tar+gzip", attested: true },
  { family: "oci", compression: "zstd", ending: ".tar+zstd", attested: true },
] as const;

// What counts in more than one way: a hard link, a symbolic one, a file that replaces the base's.
const dockerfile = `FROM alpine:3.20.3
COPY data /srv/data
RUN ln /srv/data /srv/hard && ln -s /srv/data /srv/soft && echo other > /etc/group && rm /etc/passwd
`;
const data = Array.from({ length: 5_000 }, (_, n) => `${Math.sin(n)}\n`).join("");

describe("sizes of an image", function () {
  this.timeout(600_000);
  const name = `${registry}/test/figures`;
  let context: string;

  before(function () {
    for (const engine of ["buildkit", "docker"]) {
      const reason = missingEngine(engine);
      if (reason !== undefined) skipWithReason(this, reason);
    }
    context = makeTree({ Dockerfile: dockerfile, data });
  });

  for (const { family, compression, ending, attested } of forms) {
    const index = attested ? ", in an index with attestations" : "";
    it(`agree with the manifest and docker for ${compression} layers of the ${family} family${index}`, async () => {
      const tag = [family, compression, attested ? "attested" : "plain"].join("-");
      const { type, flags } = families[family];
      await buildImage(
        context,
        `type=image,name=${name}:${tag},push=true,${flags},compression=${compression},force-compression=true`,
        attested ? "--provenance=mode=max" : "--provenance=false",
      );
      const top = await fetchManifest(name, tag);
      assert.ok(top);
      const manifest = attested ? await manifestIn(name, top.text) : top.manifest;
      const image = await readImage(parseRepository(name), top.digest, { platform: "linux/amd64" });
      assert.deepEqual(
        new Set(image.layers.map(({ mediaType }) => mediaType)),
        new Set([`${type}${ending}`]),
      );
      assert.equal(image.size, transferSize(manifest));
      assert.deepEqual(Object.keys(image.platforms), ["linux/amd64"]);
      assert.equal(image.platforms["linux/amd64"]?.size, image.size);
      assert.deepEqual(
        image.layers.map(({ digest, size }) => ({ digest, size })),
        manifest.layers.map(({ digest, size }) => ({ digest, size })),
      );
      assert.equal(image.unpackedSize, await dockerSize(`${name}@${top.digest}`));
    });
  }
});

/** The one image of an index that is for a platform. */
async function manifestIn(name: string, index: string) {
  const { manifests } = JSON.parse(index) as {
    manifests: { digest: string; platform: { architecture: string } }[];
  };
  assert.ok(manifests.length > 1, "an index with attestations has more than the image");
  const [image, ...more] = manifests.filter(({ platform }) => platform.architecture !== "unknown");
  assert.ok(image && more.length === 0, index);
  const served = await fetchManifest(name, image.digest);
  assert.ok(served);
  return served.manifest;
}

/** What docker images shows. */
async function dockerSize(ref: string): Promise<number> {
  await docker("pull", "--quiet", "--platform=linux/amd64", ref);
  return Number(await docker("image", "inspect", "--format={{.Size}}", ref));
}
