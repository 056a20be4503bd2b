import assert from "node:assert/strict";
import { pageViews, type PageNode } from "../../../components/report/page/views";
import { sampleReport } from "../../fixtures/sampleReport";

function find(node: PageNode, name: string): PageNode | undefined {
  if (node.name === name) return node;
  return node.children?.map((child) => find(child, name)).find(Boolean);
}

/** As the page's script finds it. */
function colour(node: PageNode, name: string, inherited?: string): string | undefined {
  const own = node.colour ?? inherited;
  if (node.name === name) return own;
  return node.children?.map((child) => colour(child, name, own)).find(Boolean);
}

describe("report/page/views", () => {
  it("gives each box its texts, and a colour only where it changes", () => {
    const [view] = pageViews(sampleReport(), undefined);
    assert.ok(view);
    const library = find(view.tree, "Go standard library");
    assert.equal(library?.hint, "700 B, 48.1 % of the image, module");
    assert.equal(library?.amount, "700 B");
    assert.equal(colour(view.tree, "net/http"), "standard");
    assert.equal(colour(view.tree, "musl"), "os");
    assert.equal(find(view.tree, "net/http")?.colour, undefined, "it is that of what it is in");
  });

  it("shows what was added and removed in a difference", () => {
    const after = sampleReport({ files: { "/srv/new/a": 100 } });
    const before = sampleReport({ http: 200, files: { "/srv/old": 60 } });
    const [view, , last] = pageViews(after, before);
    assert.ok(view && last);
    const srv = find(view.tree, "srv");
    assert.deepEqual(
      [srv?.hint, srv?.colour, srv?.share, srv?.mark],
      ["60 B before, 100 B after, +40 B (+100 B, -60 B), grew and shrank, directory", "both", 63, "+"],
    );
    const old = find(view.tree, "old");
    assert.deepEqual([old?.amount, old?.colour, old?.closed], ["-60 B", "gone", true]);
    assert.equal(last.label, "before");
  });

  it("says so when nothing differs", () => {
    const report = sampleReport();
    assert.match(pageViews(report, report)[0]?.nothing ?? "", /the same/);
  });
});
