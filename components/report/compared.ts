// What --format json writes: a report, and with an image to compare with, that one's and each change.
import { changes, type Change } from "./contributors";
import { difference } from "./difference";
import type { ImageReport } from "./model";

export interface ComparedReport extends ImageReport {
  before: ImageReport;
  /** Go packages, sections of programs, OS packages and files of another size: their sum is the images' difference. */
  changes: Change[];
}

export function compared(before: ImageReport, after: ImageReport): ComparedReport {
  return { ...after, before, changes: changes(difference(before, after), true) };
}
