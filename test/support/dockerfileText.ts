// A Dockerfile as BuildKit reads its lines (frontend/dockerfile/parser, of Docker Engine 20.10 and of today): directives, comments,
// continued lines, heredocs. Nothing of ours is used for it.

import assert from "node:assert/strict";

export interface Step {
  keyword: string;
  /** What follows the keyword, to the byte. */
  operand: string;
  /** The instruction on one line, with one space where a line ended: to be looked at, not to be run. */
  line: string;
  /** Lines of comments that stand right before it. */
  comments: readonly string[];
}

const continuation = /([^\\])\\[ \t]*$|^\\[ \t]*$/;
const isComment = (line: string) => line.trimStart().startsWith("#");

/** The instructions; fails on a directive, and on a heredoc that is not a COPY's. */
export function stepsOf(text: string): Step[] {
  assert.ok(text.endsWith("\n"));
  assert.doesNotMatch(text, /\r/);
  const lines = text.split("\n").slice(0, -1);
  assert.doesNotMatch(lines[0] ?? "", /^(#|\/\/)\s*[a-zA-Z]+\s*=|^#!/, "a directive");
  const steps: Step[] = [];
  let comments: string[] = [];
  for (let n = 0; n < lines.length; n++) {
    let line = (lines[n] ?? "").trimStart();
    if (line === "") comments = [];
    if (isComment(line)) comments.push(line);
    if (line === "" || isComment(line)) continue;
    const parts: string[] = [];
    let all = "";
    for (;;) {
      const isContinued = continuation.test(line);
      line = line.replace(continuation, "$1");
      all += line;
      parts.push(line.trim());
      if (!isContinued) break;
      do line = lines[++n] ?? assert.fail("the last line is continued");
      while (isComment(line) || line.trim() === "");
    }
    const [, keyword = "", operand = ""] = /^(\S+)[ \t]*([^]*)$/.exec(all.trim()) ?? [];
    steps.push({ keyword, operand, line: parts.join(" "), comments });
    comments = [];
    if (!["RUN", "COPY", "ADD"].includes(keyword) || !all.includes("<<")) continue;
    const mark = /^COPY <<"(\w+)" [\w.]+$/.exec(all)?.[1] ?? assert.fail(`a heredoc: ${all}`);
    while (lines[++n] !== mark) assert.ok(n < lines.length, "a heredoc without an end");
  }
  return steps;
}

/** The instructions of each stage, each on one line. */
export function stagesOf(text: string): Map<string, string[]> {
  const found = new Map<string, string[]>();
  let stage: string[] = [];
  for (const { keyword, line } of stepsOf(text)) {
    const name = / AS (\w+)$/.exec(line)?.[1] ?? "";
    if (keyword === "FROM") found.set(name, (stage = []));
    stage.push(line);
  }
  return found;
}

/** The instructions, each on one line. */
export const linesOf = (text: string): string[] => stepsOf(text).map(({ line }) => line);

/** The options of a RUN, and what its shell gets. */
export function runOf({ keyword, operand }: Step): { options: string[]; script: string } {
  assert.equal(keyword, "RUN");
  const [options = ""] = /^(--\S+\s+)*/.exec(operand) ?? [];
  return { options: options.trim().split(/\s+/), script: operand.slice(options.length) };
}

/** The script of the step that compiles. */
export function compileScript(text: string): string {
  const found = stepsOf(text).filter(({ keyword, line }) => keyword === "RUN" && line.includes(" go build "));
  const step = found.find(({ line }) => !line.includes("-o prober")) ?? assert.fail("no step compiles");
  return runOf(step).script;
}
