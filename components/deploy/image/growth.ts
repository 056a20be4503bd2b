// Explains an image that exceeds a limit: its largest contributors, read from the registry only in that case.

import type { RegistryAccess } from "../../registry";
import { loadReport } from "../../report";
import { cleanLine, humanSize } from "../../text";

const most = 8;

/** The largest contributors, and with an image to compare with, what grew; nothing when the registry does not answer. */
export async function growthDetails(
  ref: string,
  before: string | undefined,
  which: { access: RegistryAccess; platform: string | undefined },
): Promise<string[]> {
  try {
    const { changes, contributorLines, difference, readReport } = loadReport();
    const after = await readReport(ref, which);
    const odd = after.programs.find(({ note }) => note !== undefined);
    const notes = odd?.note === undefined ? [] : [cleanLine(`${odd.path}: ${odd.note}`)];
    const contributors = [...contributorLines(after.contents, most), ...notes];
    const largest = ["biggest contributors, on disk:", ...indented(contributors)];
    if (before === undefined) return largest;
    const earlier = await readReport(before, which);
    const grown = changes(difference(earlier, after), true).filter((each) => each.after > each.before);
    const lines = grown
      .slice(0, most)
      .map((each) => `${each.kind} ${each.name} +${humanSize(each.after - each.before)}`);
    // Then it is larger in a registry alone, or the limit is lower than it was.
    if (lines.length === 0) return [...largest, "on disk, nothing grew since the last deployment"];
    return [...largest, "what grew since the last deployment, on disk:", ...indented(lines)];
  } catch {
    // The error about the limit matters more, and it has the sizes by origin without this.
    return [];
  }
}

function indented(lines: readonly string[]): string[] {
  return lines.map((line) => `  ${line}`);
}
