// The page: which image and which node are looked at, search, the hint, the theme. Runs in the page.

const data = JSON.parse(document.getElementById("data").textContent);
const views = data.views.map((each) => ({ name: each.look, nothing: each.nothing, root: link(each.tree) }));
const map = document.getElementById("map");
const path = document.getElementById("path");
const hint = document.getElementById("hint");
const search = /** @type {HTMLInputElement} */ (document.getElementById("search"));
const results = document.getElementById("results");
const found = document.getElementById("found");
const nothing = document.getElementById("nothing");
const mostResults = 30;

let view = views[0];
let current = view.root;
let buttons = [];

function render(focus) {
  hide();
  buttons = drawTreemap(map, current, { open, show, hide });
  const focused = buttons.find(({ node }) => node === focus) ?? buttons[0];
  if (focused) focused.button.tabIndex = 0;
  if (focus !== undefined) (focused?.button ?? map).focus();
  renderPath();
  mark();
}

function renderPath() {
  const nodes = [];
  for (let node = current; node; node = node.parent) nodes.unshift(node);
  path.replaceChildren(
    ...nodes.map((node, n) => {
      const item = document.createElement("li");
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = node.name;
      if (n === nodes.length - 1) button.setAttribute("aria-current", "true");
      button.addEventListener("click", () => zoom(node));
      const size = document.createElement("small");
      size.textContent = ` ${longAmount(node)}`;
      item.append(button, size);
      return item;
    }),
  );
}

/** Zooms into a node, or to where it stands when there is nothing in it. */
function open(node) {
  zoom(node.children?.length ? node : node.parent, node);
}

function zoom(node, focus) {
  if (node === undefined) return;
  const before = current;
  current = node;
  render(focus ?? before);
}

function show(node, button) {
  hint.textContent = describe(node);
  hint.hidden = false;
  const box = button.getBoundingClientRect();
  const own = hint.getBoundingClientRect();
  const left = Math.min(Math.max(8, box.left), window.innerWidth - own.width - 8);
  const above = box.top - own.height - 6;
  const inside = Math.min(box.top + 24, window.innerHeight - own.height - 8);
  hint.style.left = `${Math.max(8, left)}px`;
  hint.style.top = `${above > 4 ? above : inside}px`;
}

function hide() {
  hint.hidden = true;
}

function matches(query) {
  const list = [];
  const visit = (node) => {
    if (node.parent && node.name.toLowerCase().includes(query)) list.push(node);
    node.children?.forEach(visit);
  };
  visit(view.root);
  return list.sort((a, b) => b.size - a.size);
}

/** Marks what the search finds, and what holds something that it finds. */
function mark() {
  const query = search.value.trim().toLowerCase();
  const hits = query === "" ? [] : matches(query);
  const lit = new Set();
  for (const hit of hits) for (let node = hit; node; node = node.parent) lit.add(node);
  const within = (node) => hits.some((hit) => isBelow(node, hit));
  for (const { button, node } of buttons)
    button.classList.toggle("dim", query !== "" && !lit.has(node) && !within(node));
  found.textContent =
    query === ""
      ? ""
      : `${hits.length} found${hits.length > mostResults ? `, the largest ${mostResults} shown` : ""}`;
  results.replaceChildren(
    ...hits.slice(0, mostResults).map((node) => {
      const item = document.createElement("li");
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = pathOf(node);
      const size = document.createElement("small");
      size.textContent = ` ${longAmount(node)}`;
      button.append(size);
      button.addEventListener("click", () => open(node));
      item.append(button);
      return item;
    }),
  );
}

function isBelow(node, ancestor) {
  for (let each = node; each; each = each.parent) if (each === ancestor) return true;
  return false;
}

map.addEventListener("keydown", (event) => {
  const { key, target } = event;
  if (key === "Escape" || key === "Backspace") {
    event.preventDefault();
    zoom(current.parent);
  } else if (key.startsWith("Arrow") && target instanceof HTMLButtonElement) {
    event.preventDefault();
    const next = neighbour(buttons, target, key);
    if (next === undefined) return;
    target.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  }
});

search.addEventListener("input", mark);
search.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  search.value = "";
  mark();
});

const tabs = /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-view]"));
const legends = /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-look]"));

function choose(number) {
  view = views[number];
  current = view.root;
  for (const tab of tabs) tab.setAttribute("aria-pressed", String(tab.dataset.view === String(number)));
  const isEmpty = view.nothing !== undefined;
  for (const legend of legends) legend.hidden = isEmpty || legend.dataset.look !== view.name;
  if (nothing) nothing.hidden = !isEmpty;
  for (const element of [map, path]) element.hidden = isEmpty;
  render();
}

for (const tab of tabs) tab.addEventListener("click", () => choose(Number(tab.dataset.view)));

document.getElementById("theme").addEventListener("click", () => {
  const dark = getComputedStyle(document.documentElement).colorScheme === "dark";
  document.documentElement.dataset.theme = dark ? "light" : "dark";
});

document.documentElement.classList.add("ready");
choose(0);
let width = map.clientWidth;
new ResizeObserver(() => {
  // Its height follows from its width, so only that one is news.
  if (map.clientWidth === width) return;
  width = map.clientWidth;
  render();
}).observe(map);
