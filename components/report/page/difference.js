// How the difference of two images is shown. Runs in the page, after treemap.js.

/** Adds to each node its parent, and what its parts sum up to: the page's data have that of the lowest nodes only. */
function linkDifference(node, parent) {
  node.parent = parent;
  const change = node.after - node.before;
  const children = node.children?.map((child) => linkDifference(child, node)) ?? [];
  // Small changes that were put together may be of both directions.
  node.grown = node.children
    ? children.reduce((sum, child) => sum + child.grown, 0)
    : (node.grown ?? Math.max(0, change));
  node.shrunk = node.grown - change;
  node.size = node.grown + node.shrunk;
  return node;
}

function directionOf({ before, after, grown, shrunk }) {
  if (before === 0 && after > 0) return "new";
  if (after === 0 && before > 0) return "gone";
  if (grown > 0 && shrunk > 0) return "both";
  return grown > 0 ? "grew" : "shrank";
}

function signedSize(bytes) {
  return `${bytes > 0 ? "+" : bytes < 0 ? "-" : ""}${humanSize(Math.abs(bytes))}`;
}

/** "+100 B (+200 B, -100 B)": what it is in all, and what came and went if that is not the same. */
function longChange({ before, after, grown, shrunk }) {
  const parts = grown > 0 && shrunk > 0 ? ` (+${humanSize(grown)}, -${humanSize(shrunk)})` : "";
  return signedSize(after - before) + parts;
}

const differenceLook = {
  link: (tree) => linkDifference(tree, undefined),
  amount: (node) => signedSize(node.after - node.before),
  longAmount: longChange,
  mark: ({ before, after }) => (after > before ? "+" : after < before ? "-" : "±"),
  describe(node) {
    const direction = { both: "grew and shrank" }[directionOf(node)] ?? directionOf(node);
    return [
      `${pathOf(node) || node.name}: ${humanSize(node.before)} before`,
      `${humanSize(node.after)} after`,
      longChange(node),
      direction,
      node.kind,
      ...(node.was === undefined ? [] : [`was ${node.was}`]),
    ].join(", ");
  },
  paint(element, node) {
    const direction = directionOf(node);
    element.classList.add(`c-${direction}`);
    if (direction === "both") element.style.setProperty("--share", `${(100 * node.grown) / node.size}%`);
  },
  /** What is new or gone as a whole is one box, to be opened. */
  isClosed: ({ before, after }) => before === 0 || after === 0,
};
