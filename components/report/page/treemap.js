// The picture: rectangles of the node that is looked at, some steps deep, as buttons that a keyboard reaches too.
// Runs in the page, after d3-hierarchy, whose functions are in `d3`.

const titleHeight = 18;
const smallest = 4;
// Of most systems' fonts; where it is more, the style cuts the end.
const letterWidth = 7.4;

/** Adds to each node its parent, and its colour where that is the parent's. */
function link(node, parent) {
  node.parent = parent;
  node.colour ??= parent?.colour;
  node.children?.forEach((child) => link(child, node));
  return node;
}

function pathOf(node) {
  const names = [];
  for (let each = node; each?.parent; each = each.parent) names.unshift(each.name);
  return names.join(" › ");
}

function describe(node) {
  return `${pathOf(node) || node.name}: ${node.hint}`;
}

function longAmount(node) {
  return node.longAmount ?? node.amount;
}

/** Draws what is in `node` into the element; gives the buttons, in the order of the page. */
function drawTreemap(element, node, actions) {
  const { width, height } = element.getBoundingClientRect();
  const depth = width < 500 ? 2 : width < 700 ? 3 : 4;
  const tree = d3
    .hierarchy(limited(node, depth, (each) => each !== node && each.closed))
    .sum((each) => (each.children === undefined ? each.size : 0))
    .sort((a, b) => b.value - a.value);
  const placed = d3
    .treemap()
    .size([width, height])
    .round(true)
    .paddingInner(2)
    .paddingOuter(2)
    .paddingTop((each) => (each.depth === 0 ? 2 : each.children ? titleHeight : 0))(tree);
  const buttons = [];
  const fragment = document.createDocumentFragment();
  for (const each of placed.descendants().slice(1)) {
    const [w, h] = [each.x1 - each.x0, each.y1 - each.y0];
    if (w < smallest || h < smallest) continue;
    const button = boxFor(each.data.node, w, h, each.children !== undefined);
    button.style.left = `${each.x0}px`;
    button.style.top = `${each.y0}px`;
    button.style.width = `${w}px`;
    button.style.height = `${h}px`;
    button.addEventListener("click", () => actions.open(each.data.node));
    for (const event of ["pointerenter", "focus"])
      button.addEventListener(event, () => actions.show(each.data.node, button));
    for (const event of ["pointerleave", "blur"]) button.addEventListener(event, actions.hide);
    buttons.push({ button, node: each.data.node });
    fragment.append(button);
  }
  element.replaceChildren(fragment);
  return buttons;
}

/** The tree cut at a depth and at closed nodes; a chain of only children counts as one step. */
function limited(node, depth, isClosed) {
  const children = node.children?.filter(({ size }) => size > 0);
  if (depth === 0 || children === undefined || children.length === 0 || isClosed(node))
    return { node, size: node.size };
  const next = children.length === 1 ? depth : depth - 1;
  return { node, size: node.size, children: children.map((child) => limited(child, next, isClosed)) };
}

function boxFor(node, width, height, holds) {
  const button = document.createElement("button");
  button.type = "button";
  button.tabIndex = -1;
  button.className = "box";
  if (holds) button.classList.add("holds");
  else button.classList.add(`c-${node.colour}`);
  if (node.share !== undefined) button.style.setProperty("--share", `${node.share}%`);
  button.setAttribute("aria-label", describe(node) + (node.children ? ", opens" : ""));
  const label = labelFor(node, width, height, holds);
  if (label !== undefined) button.append(label);
  return button;
}

/** The name and its amount, or as much of them as there is room for. */
function labelFor(node, width, height, holds) {
  if (height <= 13 || width <= 14) return undefined;
  const label = document.createElement("span");
  label.className = "label";
  const add = (tag, text) => {
    const element = label.appendChild(document.createElement(tag));
    element.textContent = text;
    return element;
  };
  const tall = isTall(width, height, holds);
  const long = longAmount(node);
  const hasLong = holds && (node.name.length + long.length + 1) * letterWidth < width;
  const amount = hasLong ? long : width > 100 || tall ? node.amount : "";
  const mark = amount === "" ? (node.mark ?? "") : "";
  add("b", mark);
  const taken = 1 + (tall ? 0 : amount.length + 2 * mark.length);
  if (width > 34) add("span", shortName(node.name, width / letterWidth - taken));
  if (amount !== "") add("small", amount);
  if (tall) label.classList.add("tall");
  return label;
}

/** A path without its first steps, as the last ones say more: "…/client_golang", "…/chi/v5". */
function shortName(name, letters) {
  if (name.length <= letters || /\s/.test(name)) return name;
  const steps = name.split(/\/(?!v\d+$)/);
  const last = steps.map((_, n) => `…/${steps.slice(n + 1).join("/")}`).slice(0, -1);
  return last.find((text) => text.length <= letters) ?? steps.at(-1);
}

/** Has room for the amount below the name. */
function isTall(width, height, holds) {
  return !holds && width > 58 && height > 36;
}

/** The box that lies next in a direction, seen from the middle of another one. */
function neighbour(buttons, from, key) {
  const middle = (button) => {
    const { left, top, width, height } = button.getBoundingClientRect();
    return [left + width / 2, top + height / 2];
  };
  const [x, y] = middle(from);
  let best;
  for (const { button } of buttons) {
    if (button === from) continue;
    const [otherX, otherY] = middle(button);
    const along = {
      ArrowRight: otherX - x,
      ArrowLeft: x - otherX,
      ArrowDown: otherY - y,
      ArrowUp: y - otherY,
    }[key];
    if (along <= 1) continue;
    const across = key === "ArrowLeft" || key === "ArrowRight" ? Math.abs(otherY - y) : Math.abs(otherX - x);
    const distance = along + 2 * across;
    if (best === undefined || distance < best.distance) best = { button, distance };
  }
  return best?.button;
}
