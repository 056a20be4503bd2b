// Tags after an update, against a registry in the test's own process.

import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { setTags, settleTags, withdrawTag, type PushedImage } from "../../components/deploy/image/imageTags";
import { startRegistry, type FakeRegistry } from "../support/fakeRegistry";
import { Build, runProgram } from "../support/program";
import { deployedAs, serveImage } from "../support/servedImage";

const stranger = `sha256:${"5".repeat(64)}`;

describe("the tags", () => {
  let registry: FakeRegistry;
  let digest: string;
  beforeEach(async () => {
    registry = await startRegistry();
    digest = serveImage(registry, { sizes: [10] });
  });
  afterEach(() => registry.close());

  /** The logs of what `act` does to an image with these tags, and the tags that it set. */
  async function after(tags: string[], act: (image: PushedImage) => Promise<void>) {
    const { logs } = await runProgram(async () => {
      const component = new pulumi.ComponentResource("test:index:Image", "image");
      const build = new Build("build");
      const destination = { repository: registry.repository, tags };
      await act({ component, build, digest, destination, access: {} });
    });
    const set = registry.seen.filter(({ method }) => method === "PUT").map(({ url }) => url.split("/").pop());
    return { logs, set };
  }

  it("of a pushed image are all set: the first by the engine, the others by goimage", async () => {
    const { logs, set } = await after(["a", "b", "c"], (image) => setTags(image, undefined, digest));
    assert.deepEqual([logs, set], [[], ["b", "c"]]);
  });

  it("of an image that is accepted on a second try are given back to it", async () => {
    const deployed = deployedAs(registry, stranger);
    const { logs, set } = await after(["a"], (image) => setTags(image, deployed, stranger));
    assert.deepEqual([logs, set], [[], ["a"]]);
  });

  it("of a pushed image are set again when they have disappeared", async () => {
    for (const deployed of [undefined, deployedAs(registry, stranger)]) {
      registry.seen.length = 0;
      registry.manifests.delete("a");
      const { logs, set } = await after(["a"], (image) => setTags(image, deployed, undefined));
      assert.deepEqual([logs, set], [[], ["a"]]);
    }
  });

  it("of a pushed image are not taken back from another image, with a warning", async () => {
    for (const deployed of [undefined, deployedAs(registry, `sha256:${"6".repeat(64)}`)]) {
      const { logs, set } = await after(["a"], (image) => setTags(image, deployed, stranger));
      assert.deepEqual(set, []);
      assert.match(
        logs.join(),
        new RegExp(`^warning: \\S+/team/api:a points to ${stranger}, not to ${digest}`),
      );
      assert.match(logs.join(), /pulumi up --replace 'urn:pulumi:stack::project::test:index:Build::build'$/);
    }
  });

  it("of an image over its limit: the first goes back, and the message names each", async () => {
    const { asWritten } = registry.repository;
    const told = async (tags: string[], before: string[] | undefined) => {
      registry.seen.length = 0;
      registry.manifests.delete("a");
      let text = "";
      const known = { tags: before?.map((tag) => `${asWritten}:${tag}`) ?? [] };
      const deployed = before && deployedAs(registry, digest, known);
      const { set } = await after(tags, async (image) => {
        text = await withdrawTag(image, deployed);
      });
      return { text: text.replaceAll(`${asWritten}:`, "").replace(digest, "OLD"), set };
    };
    const back = "the stack keeps the previous image, and a points to it again: OLD";
    assert.deepEqual(await told(["a"], ["a"]), { text: back, set: ["a"] });
    assert.deepEqual(await told(["a", "b", "c", "d"], ["a", "b", "c"]), {
      text: `${back}; still at the previous image: b, c; not set: d`,
      set: ["a"],
    });
    const first =
      "a points to this image, since no image of this stack had it before; the stack does not export it";
    assert.deepEqual(await told(["a"], undefined), { text: first, set: [] });
    assert.deepEqual(await told(["a", "b", "c"], undefined), {
      text: `${first}; not set: b, c`,
      set: [],
    });
    assert.deepEqual(await told(["a", "b"], ["b"]), {
      text: `${first}; still at the previous image: b`,
      set: [],
    });
  });

  it("of an unchanged image are set when they are missing or new; a moved one stays, with a warning", async () => {
    const tags = [
      { tag: "kept", digest },
      { tag: "moved", digest: stranger },
      { tag: "gone", digest: undefined },
    ];
    const wanted = ["kept", "moved", "gone", "new"];
    const { logs, set } = await after(wanted, (image) => settleTags(image, { tags, imageGone: false }));
    assert.deepEqual(set, ["gone", "new"]);
    assert.equal(logs.length, 1);
    assert.match(logs.join(), /api:moved points to sha256:555/);
  });

  it("are left alone when nothing is known about the registry", async () => {
    assert.deepEqual(await after(["a"], (image) => settleTags(image, undefined)), { logs: [], set: [] });
  });

  it("are not set for an image that is gone", async () => {
    const drift = { tags: [{ tag: "a", digest: stranger }], imageGone: true };
    await assert.rejects(
      after(["a"], (image) => settleTags(image, drift)),
      /the registry no longer has sha256:\w{64}, which this stack pushed and exports\. To push the image again/,
    );
    assert.deepEqual(registry.seen, []);
  });
});
