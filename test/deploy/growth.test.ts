import assert from "node:assert/strict";
import { growthDetails } from "../../components/deploy/image/growth";
import { startRegistry, type FakeRegistry } from "../support/fakeRegistry";
import { serveImage } from "../support/servedImage";

describe("the details of an image that is too large", () => {
  let registry: FakeRegistry;
  beforeEach(async () => (registry = await startRegistry()));
  afterEach(() => registry.close());

  const details = (now: string, before: string | undefined) => {
    const named = (digest: string) => `${registry.repository.asWritten}@${digest}`;
    const platform = { access: {}, platform: "linux/amd64" };
    return growthDetails(named(now), before && named(before), platform);
  };

  it("list the biggest files, and those that grew", async () => {
    const small = serveImage(registry, { sizes: [3000] });
    const large = serveImage(registry, { sizes: [8000] });
    assert.deepEqual(await details(large, undefined), [
      "biggest contributors, on disk:",
      "  file /main 8.00 kB",
    ]);
    assert.deepEqual((await details(large, small)).slice(2), [
      "what grew since the last deployment, on disk:",
      "  file /main +5.00 kB",
    ]);
  });

  it("say so when nothing grew, such as when the limit was lowered", async () => {
    const [large, small] = [serveImage(registry, { sizes: [8000] }), serveImage(registry, { sizes: [3000] })];
    for (const before of [large, small])
      assert.deepEqual((await details(small, before)).slice(2), [
        "on disk, nothing grew since the last deployment",
      ]);
  });
});
