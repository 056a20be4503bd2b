// goimage cache: what is listed, what would go and what goes, against a registry in the test's own process.

import assert from "node:assert/strict";
import { mock } from "node:test";
import { main } from "../components/cli/main";
import { openSession } from "../components/registry/client/session";
import { mediaTypes } from "../components/registry/image/manifest";
import { readTags } from "../components/registry/image/tagList";
import { chooseOld, listSeeds, type Seed } from "../components/seeds";
import { refuse, startRegistry, type FakeRegistry } from "./support/fakeRegistry";
import { serveSeed, type ServedSeed } from "./support/servedSeed";

const digits = (n: number): string => String(n).padStart(20, "0");

describe("the seeds of a repository", () => {
  let registry: FakeRegistry;
  let removed: string[];
  let tags: string[] | null;

  beforeEach(async () => {
    registry = await startRegistry();
    [removed, tags] = [[], []];
    registry.intercept = (_, response, { url, method }) => {
      if (/\/tags\/list\?n=1000$/.test(url)) {
        response.end(JSON.stringify({ name: "x", tags }));
        return true;
      }
      if (method !== "DELETE") return false;
      removed.push(url.split("/").pop() ?? "");
      response.writeHead(202).end();
      return true;
    };
  });
  afterEach(() => registry.close());

  /** A seed under these tags, or what looks like one; gives its digest. */
  function image(
    names: readonly string[],
    created = "2026-01-01T00:00:00Z",
    change: Omit<ServedSeed, "tags"> = {},
  ): string {
    tags?.push(...names);
    return serveSeed(registry, { created, ...change, tags: names });
  }

  /** An index under a tag, of these digests; gives its own. */
  function index(
    tag: string | undefined,
    entries: readonly object[],
    mediaType: string = mediaTypes.ociIndex,
  ) {
    if (tag !== undefined) tags?.push(tag);
    return registry.addManifest({ schemaVersion: 2, mediaType, manifests: entries }, mediaType, tag);
  }
  const entry = (digest: string, more: object = {}) => ({
    ...{
      mediaType: mediaTypes.ociManifest,
      digest,
      size: 1,
      platform: { os: "linux", architecture: "amd64" },
    },
    ...more,
  });

  /** What a command prints, and its exit code. */
  async function goimage(...args: string[]): Promise<{ code: number; output: string }> {
    let output = "";
    const write = (text: string) => ((output += text), true);
    const replaced = [process.stdout, process.stderr].map((stream) => mock.method(stream, "write", write));
    try {
      return { code: await main(args), output };
    } finally {
      for (const { mock: each } of replaced) each.restore();
    }
  }
  const repository = () => registry.repository.asWritten;

  it("are the images with a seed's tag, newest first, and no other image is read", async () => {
    image(["latest"], "2026-01-04T00:00:00Z");
    image(
      ["gocache-x", "gocache-newest-1", `gocache-${digits(9)}0`, `xgocache-${digits(9)}`],
      "2026-01-04T00:00:00Z",
    );
    const old = image([`gocache-${digits(1)}`], "2026-01-01T10:20:30.5Z");
    const young = image([`gocache-${digits(2)}`, `gocache-newest-${digits(7)}`], "2026-01-02T00:00:00Z");
    const { seeds, others } = await listSeeds(registry.repository, {});
    assert.deepEqual(
      seeds.map(({ digest, newest, platform, about }) => [digest, newest, platform, about]),
      [
        [young, true, "linux/amd64", "example.com/api, golang:1.23"],
        [old, false, "linux/amd64", "example.com/api, golang:1.23"],
      ],
    );
    assert.equal(others.length, 6);
    assert.equal(registry.count("GET", "manifests/"), 2);
    const { code, output } = await goimage("cache", "ls", repository());
    assert.equal(code, 0);
    assert.match(
      output,
      new RegExp(
        `^gocache-${digits(1)} +2026-01-01 10:20 +\\d+ B +linux/amd64 +example\\.com/api, golang:1\\.23  sha256:\\w+$`,
        "m",
      ),
    );
  });

  it("may be none, even if the registry does not know the repository", async () => {
    for (const answer of [[], null]) {
      tags = answer;
      assert.match((await goimage("cache", "ls", repository())).output, /has no seeds$/m);
    }
    registry.intercept = (_, response, { url }) =>
      url.includes("tags/list") && refuse(response, 404, "NAME_UNKNOWN", "no such repository");
    assert.match((await goimage("cache", "prune", repository(), "--keep", "0")).output, /has no seeds$/m);
  });

  it("are listed page by page, following the registry's links until a page has no new tags", async () => {
    const { host } = registry;
    const pages: Record<string, [string[], string?]> = {
      "?n=1000": [["a", "b"], '</v2/team/api/tags/list?n=1000&last=b>; rel="next"'],
      "?n=1000&last=b": [["c"], `<http://elsewhere.invalid/v2/other/tags/list?token=x%2F>; rel=next`],
      "?token=x%2F": [["d"], `<http://${host}/v2/team/api/tags/list?again>; rel="next"`],
      "?again": [["d"], '</v2/x?more>; rel="next"'],
    };
    const asked: string[] = [];
    registry.intercept = (_, response, { url }) => {
      const [place, query = ""] = url.split("?");
      if (place !== "/v2/team/api/tags/list") return false;
      asked.push(`?${query}`);
      const [found, link] = pages[`?${query}`] ?? [[]];
      if (link !== undefined) response.setHeader("link", link);
      response.end(JSON.stringify({ tags: found }));
      return true;
    };
    assert.deepEqual((await listSeeds(registry.repository, {})).others, ["a", "b", "c", "d"]);
    assert.deepEqual(asked, Object.keys(pages));
    for (const link of ["", "next", '<http://[>; rel="next"', '<?x>; rel="last"', '</v2/x>; rel="next"']) {
      asked.length = 0;
      pages["?n=1000"] = [["a"], link];
      assert.deepEqual((await listSeeds(registry.repository, {})).others, ["a"], link);
      assert.equal(asked.length, 1, link);
    }
  });

  it("are listed within a limit of pages and of time", async () => {
    let pages = 0;
    let wait = 0;
    registry.intercept = (_, response, { url }) => {
      if (!url.includes("tags/list")) return false;
      pages++;
      response.setHeader("link", `</v2/x?page=${pages}>; rel="next"`);
      setTimeout(() => response.end(JSON.stringify({ tags: [`t${pages}`] })), wait);
      return true;
    };
    await assert.rejects(readTags(registry.session()), /the list of tags of \S+ has more than 1000 pages$/);
    assert.equal(pages, 1000);
    [pages, wait] = [0, 20];
    const session = openSession(registry.repository, {}, { tagListMs: 200 }, {});
    await assert.rejects(readTags(session), /the list of tags of \S+ took longer than 0\.2 s$/);
    assert.ok(pages < 100, String(pages));
    // A page that does not come.
    wait = 60_000;
    const waiting = openSession(registry.repository, {}, { tagListMs: 200 }, {});
    await assert.rejects(readTags(waiting), /took longer than 0\.2 s$/);
  }).timeout(60_000);

  it("are removed only with --yes, the oldest first, and never the newest", async () => {
    const newest = image([`gocache-${digits(1)}`, `gocache-newest-${digits(1)}`], "2026-01-01T00:00:00Z");
    const old = image([`gocache-${digits(2)}`], "2026-01-02T00:00:00Z");
    const young = image([`gocache-${digits(3)}`], "2026-01-03T00:00:00Z");
    const dry = await goimage("cache", "prune", repository(), "--keep", "1");
    assert.match(
      dry.output,
      new RegExp(`gocache-${digits(2)}.*\\nThese 1 of 3 seeds would be removed; --yes removes them\\.`),
    );
    assert.deepEqual(removed, []);
    const done = await goimage("cache", "prune", repository(), "--keep", "1", "--yes");
    assert.equal(done.code, 0);
    assert.match(done.output, new RegExp(`^removed \\S+:gocache-${digits(2)}\\n\\S+ has 2 seeds left\\n$`));
    assert.deepEqual(removed, [old]);
    assert.ok(![newest, young].includes(old));
    assert.match(
      (await goimage("cache", "prune", repository(), "--keep", "9")).output,
      /has 3 seeds, and all of them stay/,
    );
  });

  const shared: Record<string, [(seed: string) => void, RegExp]> = {
    "has another tag": [
      (seed) => {
        const { bytes, mediaType } = registry.manifests.get(seed) ?? {};
        registry.manifests.set("v1", { bytes: bytes ?? Buffer.alloc(0), mediaType: mediaType ?? "" });
        tags?.push("v1");
      },
      /:v1 is the same image as one of the seeds, which would be removed with it; nothing was removed/,
    ],
    "is a platform of a tag's index": [
      (seed) => void index("live", [entry(seed)]),
      /:live lists one of the seeds, which would be removed with it; nothing was removed/,
    ],
    "is listed by one of Docker's indexes": [
      (seed) =>
        void index("live", [entry(seed, { mediaType: mediaTypes.dockerManifest })], mediaTypes.dockerList),
      /:live lists one of the seeds/,
    ],
    "is listed as something else than an image": [
      (seed) =>
        void index("live", [
          entry(seed, { platform: undefined, artifactType: "a/b" }),
          { mediaType: "x/y", digest: seed },
        ]),
      /:live lists one of the seeds/,
    ],
    "is listed by an index in an index": [
      (seed) => {
        const inner = index(undefined, [entry(seed)]);
        index("live", [entry(inner, { mediaType: mediaTypes.ociIndex, platform: undefined })]);
      },
      /:live lists one of the seeds/,
    ],
    "is listed by an index with a seed's tag": [
      (seed) => void index(`gocache-${digits(8)}`, [entry(seed)]),
      /:gocache-0+8 lists one of the seeds/,
    ],
  };
  for (const [what, [use, message]] of Object.entries(shared)) {
    it(`all stay when one ${what}`, async () => {
      use(image([`gocache-${digits(1)}`]));
      image([`gocache-${digits(2)}`]);
      const { code, output } = await goimage("cache", "prune", repository(), "--keep", "0", "--yes");
      assert.equal(code, 1);
      assert.match(output, message);
      assert.deepEqual(removed, []);
    });
  }

  it("do not include other images with a seed's tag: programs, indexes, unlabelled or larger ones", async () => {
    const tag = (n: number) => [`gocache-${digits(n)}`];
    image(tag(1), undefined, { config: { Entrypoint: ["/main"] } });
    image(tag(2), undefined, { config: { Cmd: ["/main"] } });
    image(tag(3), undefined, { config: { Labels: {} } });
    image(tag(4), undefined, { layers: 2 });
    image(tag(5), undefined, { config: { OnBuild: ["RUN id"] } });
    index(`gocache-${digits(6)}`, [entry(image([], undefined, { size: 40 }))]);
    index(`gocache-${digits(8)}`, []);
    const seed = image(tag(7), undefined, { size: 50 });
    assert.match((await goimage("cache", "ls", repository())).output, /^tag .*\ngocache-0+7 .*\n$/);
    await goimage("cache", "prune", repository(), "--keep", "0", "--yes");
    assert.deepEqual(removed, [seed]);
  });

  it("stay when the registry does not allow deletion, and the error says so", async () => {
    image([`gocache-${digits(1)}`], "2026-01-01T00:00:00Z");
    const before = registry.intercept;
    registry.intercept = (request, response, seen) =>
      seen.method === "DELETE"
        ? refuse(response, 405, "UNSUPPORTED", "no")
        : before?.(request, response, seen);
    const { code, output } = await goimage("cache", "prune", repository(), "--keep", "0", "--yes");
    assert.equal(code, 1);
    assert.match(output, /the registry does not allow deletion; use an expiry rule of the registry/);
  });

  it("are chosen by module, Go image and platform; two tags of one image go together", () => {
    const seed = (digest: string, about: string, platform = "linux/amd64", newest = false): Seed => ({
      ...{ tag: `t${digest}`, digest, size: 1, created: "", platform, about, newest },
    });
    const seeds = [
      seed("1", "a"),
      seed("2", "a"),
      seed("3", "b"),
      seed("4", "a", "linux/arm64"),
      seed("5", "a", "linux/amd64", true),
      seed("6", "b"),
      { ...seed("6", "b"), tag: "twice" },
      { ...seed("1", "a"), tag: "also one" },
    ];
    const { keep, remove } = chooseOld(seeds, 1);
    assert.deepEqual(
      keep.map(({ tag }) => tag),
      ["t1", "t3", "t4", "t5", "also one"],
    );
    assert.deepEqual(
      remove.map(({ tag }) => tag),
      ["t2", "t6", "twice"],
    );
    assert.deepEqual(
      chooseOld(seeds, 0).keep.map(({ tag }) => tag),
      ["t5"],
    );
  });
});
