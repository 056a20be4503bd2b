import assert from "node:assert/strict";
import * as fc from "fast-check";
import type { BinaryBreakdown } from "../../components/goBinary/breakdown";
import { changes } from "../../components/report/contributors";
import { changedPart, difference, type DifferenceNode } from "../../components/report/difference";
import { imageTree, type ImageReport, type LayerFiles } from "../../components/report/model";
import { breakdownOf, sampleReport } from "../fixtures/sampleReport";

type Image = Pick<ImageReport, "contents" | "programs">;

interface TestLayer {
  name?: string;
  files?: Record<string, number>;
  programs?: Record<string, BinaryBreakdown>;
}

function image(layers: TestLayer[], owners: Record<string, string> = {}): Image {
  const all = layers.map(({ name = "layer", files = {}, programs = {} }): LayerFiles => {
    const sizes = Object.entries(programs).map(([path, { size }]) => [path, size] as const);
    return {
      name,
      files: new Map([...Object.entries(files), ...sizes]),
      programs: new Map(Object.entries(programs)),
    };
  });
  return {
    contents: imageTree("image", all, new Map(Object.entries(owners))),
    programs: all.flatMap(({ programs }) => [...programs].map(([path, found]) => ({ path, ...found }))),
  };
}

/** "path (was name): before after" of it and all below. */
function lines(node: DifferenceNode, above = ""): string[] {
  const path = above === "" ? node.name : `${above} > ${node.name}`;
  const own = `${path}${node.was === undefined ? "" : ` (was ${node.was})`}: ${node.before} ${node.after}`;
  return [own, ...(node.children ?? []).flatMap((child) => lines(child, path))];
}

const inside = (node: DifferenceNode) => (node.children ?? []).flatMap((child) => lines(child));

function everyNode(node: DifferenceNode, check: (node: DifferenceNode) => void): void {
  check(node);
  node.children?.forEach((child) => everyNode(child, check));
}

function checkChanges(node: DifferenceNode): void {
  assert.equal(node.after - node.before, node.grown - node.shrunk, node.name);
  assert.equal(node.size, node.grown + node.shrunk, node.name);
  if (node.children === undefined) return;
  for (const field of ["grown", "shrunk"] as const)
    assert.equal(
      node.children.reduce((sum, child) => sum + child[field], 0),
      node[field],
      `${field} of ${node.name}`,
    );
}

function checkSizes(node: DifferenceNode): void {
  if (node.children === undefined) return;
  for (const field of ["before", "after"] as const)
    assert.equal(
      node.children.reduce((sum, child) => sum + child[field], 0),
      node[field],
      `${field} of ${node.name}`,
    );
}

const segment = fc.constantFrom("a", "b", "lib1.2.3.so", "lib1.3.so", "x@v1.0.0", "x@v1.1.0", "0123abcd.js");
const filePath = fc.array(segment, { minLength: 1, maxLength: 4 }).map((parts) => `/${parts.join("/")}`);
const size = fc.integer({ min: 0, max: 1000 });
const goProgram = fc
  .record({ http: size, main: fc.constantFrom("example.com/a", "example.com/b") })
  .map(({ http, main }): BinaryBreakdown => ({ ...breakdownOf(http), main: { path: main, version: "" } }));
const layer = fc.record({
  name: fc.constantFrom("COPY /out /", "RUN make"),
  files: fc.dictionary(filePath, size),
  programs: fc.dictionary(filePath, goProgram, { maxKeys: 2 }),
});
const anyImage = fc
  .tuple(
    fc.array(layer, { maxLength: 3 }),
    fc.dictionary(filePath, fc.constantFrom("musl", "libssl3", "libssl1.1")),
  )
  .map(([layers, owners]) => image(layers, owners));

describe("report/difference", () => {
  it("accounts for every byte at each node, for any two images", () => {
    fc.assert(
      fc.property(anyImage, anyImage, (before, after) => {
        const tree = difference(before, after);
        assert.deepEqual([tree.before, tree.after], [before.contents.size, after.contents.size]);
        everyNode(tree, checkChanges);
        everyNode(tree, checkSizes);
        for (const detailed of [false, true]) {
          const sum = changes(tree, detailed).reduce((total, each) => total + each.after - each.before, 0);
          assert.equal(sum, after.contents.size - before.contents.size);
        }
      }),
    );
  });

  it("keeps the sums when small parts are merged", () => {
    fc.assert(
      fc.property(anyImage, anyImage, size, (before, after, smallest) => {
        const tree = difference(before, after);
        const part = changedPart(tree, smallest);
        everyNode(part, checkChanges);
        assert.deepEqual([part.grown, part.shrunk], [tree.grown, tree.shrunk]);
        everyNode(part, (node) => assert.ok(node === part || node.size > 0, node.name));
      }),
    );
  });

  it("is zero between equal images, and symmetric between others", () => {
    fc.assert(
      fc.property(anyImage, anyImage, (one, other) => {
        assert.equal(difference(one, one).size, 0);
        const [there, back] = [difference(one, other), difference(other, one)];
        assert.deepEqual([there.grown, there.shrunk], [back.shrunk, back.grown]);
      }),
    );
  });

  it("ignores files that moved to another layer", () => {
    const before = image([
      { name: "layer 1: FROM alpine:3.20", files: { "/etc/a": 5 } },
      { name: "layer 2: COPY dir:0123 in /", files: { "/etc/b": 7, "/srv/c": 9 } },
    ]);
    const after = image([{ name: "layer 1: COPY /out /", files: { "/etc/a": 5, "/etc/b": 7, "/srv/c": 9 } }]);
    assert.equal(difference(before, after).size, 0);
  });

  it("compares directories level by level, even where chains of them end elsewhere", () => {
    const before = image([{ files: { "/usr/share/doc/a": 5 } }]);
    const after = image([{ files: { "/usr/share/doc/a": 6, "/usr/bin/b": 3 } }]);
    assert.deepEqual(inside(difference(before, after)), [
      "usr: 5 9",
      "usr > bin/b: 0 3",
      "usr > share/doc/a: 5 6",
    ]);
  });

  it("matches names that differ only in a version or hash", () => {
    const before = image(
      [
        {
          files: {
            "/go/pkg/mod/golang.org/x/net@v0.30.0/http2/a.go": 10,
            "/usr/lib/libz.so.1.3.1": 20,
            "/app/main.8f3a1b2c.js": 30,
            "/lib/crypto": 40,
          },
        },
      ],
      { "/lib/crypto": "libssl1.1" },
    );
    const after = image(
      [
        {
          files: {
            "/go/pkg/mod/golang.org/x/net@v0.31.0/http2/a.go": 12,
            "/usr/lib/libz.so.1.3.2": 19,
            "/app/main.77aa0011.js": 31,
            "/lib/crypto": 50,
          },
        },
      ],
      { "/lib/crypto": "libssl3" },
    );
    const tree = difference(before, after);
    assert.deepEqual(
      changes(tree).map(({ name, was, before, after }) => [name, was, before, after]),
      [
        ["libssl3", "libssl1.1", 40, 50],
        [
          "/go/pkg/mod/golang.org/x/net@v0.31.0/http2/a.go",
          "/go/pkg/mod/golang.org/x/net@v0.30.0/http2/a.go",
          10,
          12,
        ],
        ["/app/main.77aa0011.js", "/app/main.8f3a1b2c.js", 30, 31],
        ["/usr/lib/libz.so.1.3.2", "/usr/lib/libz.so.1.3.1", 20, 19],
      ],
    );
  });

  it("does not guess when a match is ambiguous, or a number is not a version", () => {
    const before = image([{ files: { "/a/x-1.0": 1, "/a/x-1.1": 1, "/b/one1": 1 } }]);
    const after = image([{ files: { "/a/x-1.2": 1, "/b/one3": 1 } }]);
    assert.deepEqual(
      changes(difference(before, after)).map(({ name, was }) => [name, was]),
      [
        ["/a/x-1.2", undefined],
        ["/b/one3", undefined],
        ["/a/x-1.0", undefined],
        ["/a/x-1.1", undefined],
        ["/b/one1", undefined],
      ],
    );
  });

  it("matches a module and its packages with their next major version", () => {
    const of = (major: string, size: number) => {
      const program = breakdownOf(400);
      const from = { kind: "dependency", module: `example.org/d/${major}`, version: "", code: 0 } as const;
      program.packages.push({ ...from, package: `example.org/d/${major}/conn`, size });
      return image([{ programs: { "/main": { ...program, size: program.size + size } } }]);
    };
    const tree = changedPart(difference(of("v4", 10), of("v5", 15)), 1);
    assert.deepEqual(inside(tree), [
      "main: 1010 1015",
      "main > example.org/d/v5 (was example.org/d/v4): 10 15",
      "main > example.org/d/v5 > example.org/d/v5/conn (was example.org/d/v4/conn): 10 15",
    ]);
  });

  it("matches a program at another path by its main module", () => {
    const before = image([{ files: { "/go/x": 3 }, programs: { "/go/bin/api": breakdownOf(300) } }]);
    const after = image([{ programs: { "/app/main": breakdownOf(400) } }]);
    assert.deepEqual(inside(changedPart(difference(before, after), 1)), [
      "/app/main (was /go/bin/api): 900 1000",
      "/app/main > Go standard library: 600 700",
      "/app/main > Go standard library > net/http: 300 400",
      "go/x: 3 0",
    ]);
    const two = image([{ programs: { "/app/a": breakdownOf(400), "/app/b": breakdownOf(400) } }]);
    assert.ok(inside(difference(before, two)).includes("app > b: 0 1000"));
  });

  it("tells growth from shrinkage within a part", () => {
    const tree = difference(sampleReport(), sampleReport({ http: 900, musl: 300 }));
    assert.deepEqual([tree.grown, tree.shrunk, tree.size], [500, 100, 600]);
    const part = changedPart(tree, 550);
    assert.deepEqual(
      part.children?.map(({ name, grown, shrunk }) => [name, grown, shrunk]),
      [["2 smaller changes", 500, 100]],
    );
  });
});
