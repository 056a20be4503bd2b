// The page's style: one column, light or dark as the reader's system has it or as the reader chooses.
import { categoryColours } from "../format/category";
import { directionColours } from "../format/direction";

const allColours = Object.entries({ ...categoryColours, ...directionColours });

function variables(mode: "light" | "dark"): string {
  const colours = allColours.map(([name, colour]) => `--${name}:${colour[mode]}`);
  const own =
    mode === "light"
      ? "color-scheme:light;--page:#fff;--text:#16202b;--soft:#56636f;--line:#d0d7de;--raised:#f3f5f7;--accent:#0b5cad"
      : "color-scheme:dark;--page:#14191f;--text:#e9eef3;--soft:#a3b0bd;--line:#39434e;--raised:#20272f;--accent:#7db8f5";
  return [own, ...colours].join(";");
}

const colourClasses = allColours.map(([name]) => `.c-${name}{background:var(--${name})}`).join("");

export const style = `
:root{${variables("light")}}
@media(prefers-color-scheme:dark){:root{${variables("dark")}}}
:root[data-theme=light]{${variables("light")}}
:root[data-theme=dark]{${variables("dark")}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:1400px;padding:16px;background:var(--page);color:var(--text);
  font:15px/1.45 system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}
h1{font-size:1.25rem;margin:0;overflow-wrap:anywhere}
h2{font-size:1.05rem;margin:2rem 0 .5rem}
p{margin:.25rem 0}
code,.soft{color:var(--soft);overflow-wrap:anywhere}
code{font-size:.85em}
small{color:inherit;opacity:.8;font-size:.85em;white-space:nowrap}
button,input{font:inherit;color:inherit}
:focus-visible{outline:3px solid var(--accent);outline-offset:1px}
.numbers{display:flex;flex-wrap:wrap;gap:8px 24px;margin:12px 0;padding:0;list-style:none}
.numbers b{font-size:1.35rem;font-weight:600;margin-right:.35em;font-variant-numeric:tabular-nums}
.tools{display:none;flex-wrap:wrap;gap:8px;align-items:center;margin:12px 0 8px}
.ready .tools{display:flex}
.tools ::placeholder{color:var(--soft);opacity:1}
.tabs{display:flex;flex-wrap:wrap;gap:8px}
.tools button,.tools input{min-height:36px;padding:4px 12px;border:1px solid var(--line);border-radius:6px;background:var(--raised)}
.tools button{cursor:pointer}
.tools button[aria-pressed=true]{background:var(--accent);color:var(--page);border-color:var(--accent)}
.tools input{flex:1 1 160px;min-width:0}
#path{display:flex;flex-wrap:wrap;gap:2px 4px;margin:0 0 8px;padding:0;list-style:none}
#path li+li::before{content:"›";margin:0 4px 0 0;color:var(--soft)}
#path button,#results button{border:0;background:none;padding:3px 2px;text-align:left;color:var(--accent);cursor:pointer;
  overflow-wrap:anywhere}
#path button[aria-current]{color:inherit;font-weight:600}
#map{position:relative;width:100%;height:clamp(340px,56vw,640px);background:var(--raised);border-radius:6px;overflow:hidden}
.box{position:absolute;overflow:hidden;padding:0 3px;border:0;border-radius:2px;text-align:left;display:block;
  font-size:12px;line-height:17px;color:var(--text);cursor:pointer}
.label{position:absolute;left:4px;top:0;right:2px;display:flex;gap:0 4px;align-items:baseline;white-space:nowrap}
.label span{overflow:hidden;text-overflow:ellipsis}
.label b{flex:none;font-weight:400}
.label b:empty{display:none}
.label small{flex:none;opacity:.9}
.label.tall{flex-direction:column}
.label.tall span{max-width:100%}
.holds{background:color-mix(in srgb,var(--text) 9%,var(--page))}
.box:hover{box-shadow:inset 0 0 0 2px var(--text)}
.box:focus-visible{outline-offset:-3px}
.dim{opacity:.25}
${colourClasses}
.c-both{background:linear-gradient(90deg,var(--grew) var(--share,50%),var(--shrank) 0)}
.c-none{background:var(--line)}
.legend{display:flex;flex-wrap:wrap;gap:4px 16px;margin:8px 0;padding:0;list-style:none;color:var(--soft);font-size:.85rem}
[hidden]{display:none!important}
.legend i{display:inline-block;width:12px;height:12px;border-radius:2px;margin-right:6px;vertical-align:-1px}
#hint{position:fixed;z-index:2;max-width:min(480px,calc(100vw - 16px));padding:6px 10px;border-radius:6px;pointer-events:none;
  background:var(--text);color:var(--page);font-size:13px;overflow-wrap:anywhere}
#results{margin:0;padding:0;list-style:none;columns:2 420px}
.nothing{padding:2rem 1rem;border-radius:6px;background:var(--raised);text-align:center}
#found:empty{display:none}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:.9rem}
caption{text-align:left;font-weight:600;font-size:1.05rem;padding:1.5rem 0 .4rem}
th,td{padding:5px 10px 5px 0;border-bottom:1px solid var(--line);text-align:left;overflow-wrap:break-word;vertical-align:top}
td:first-child{min-width:6em;overflow-wrap:anywhere}
th{color:var(--soft);font-weight:500}
.n{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums;overflow-wrap:normal}
@media(max-width:500px){.numbers{gap:2px 16px}.numbers b{font-size:1.1rem}}
@media print{
  :root,:root[data-theme]{${variables("light")}}
  body{max-width:none;padding:0;font-size:11px}
  .tools,.ready .tools,#hint,#results,#found,#path,#map,.legend{display:none}
  tr{break-inside:avoid}
}
`;
