// Comments of a source file, and the titles of its tests, as one text each.

import ts from "typescript";

export interface Words {
  line: number;
  text: string;
}

/** Comments in the file's order; lines with `//` that follow one another are one comment. */
export function commentsIn(source: ts.SourceFile): Words[] {
  const code = source.text;
  const ranges = new Map<number, ts.CommentRange>();
  const visit = (node: ts.Node): void => {
    const before = ts.getLeadingCommentRanges(code, node.getFullStart()) ?? [];
    const behind = ts.getTrailingCommentRanges(code, node.getEnd()) ?? [];
    // What looks like a comment in a string or a regular expression belongs to no token's surroundings.
    for (const range of [...before, ...behind]) ranges.set(range.pos, range);
    for (const child of node.getChildren(source)) visit(child);
  };
  visit(source);
  const found: Words[] = [];
  let next = -1;
  for (const { pos, end } of [...ranges.values()].sort((a, b) => a.pos - b.pos)) {
    const line = lineOf(source, pos);
    const raw = code.slice(pos, end);
    const text = raw
      .replace(/^\/\*+|\*+\/$|^\/\/+/g, "")
      .replace(/\n\s*\*/g, "\n")
      .replace(/\s+/g, " ")
      .trim();
    const last = found.at(-1);
    if (raw.startsWith("//") && line === next && last) last.text += ` ${text}`;
    else found.push({ line, text });
    next = raw.startsWith("//") ? line + 1 : -1;
  }
  return found;
}

/** The titles of `describe` and `it`, with `...` for what is filled in. */
export function titlesIn(source: ts.SourceFile): Words[] {
  const found: Words[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && /^(?:describe|it)\b/.test(node.expression.getText(source))) {
      const [title] = node.arguments;
      if (title && ts.isStringLiteralLike(title))
        found.push({ line: lineOf(source, title.getStart(source)), text: title.text });
      if (title && ts.isTemplateExpression(title)) {
        const spans = title.templateSpans.map((span) => `...${span.literal.text}`);
        found.push({ line: lineOf(source, title.getStart(source)), text: title.head.text + spans.join("") });
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

export function lineOf(source: ts.SourceFile, position: number): number {
  return source.getLineAndCharacterOfPosition(position).line + 1;
}
