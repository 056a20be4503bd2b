// What is in the page before its own script.
declare const d3: typeof import("d3-hierarchy");
