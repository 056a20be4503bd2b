/** Pure arithmetic over results. */
import type { Result } from "./model";

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const at = (index: number) => sorted[index] ?? NaN;
  return Number.isInteger(middle) ? (at(middle - 1) + at(middle)) / 2 : at(Math.floor(middle));
}

/** Half the distance from the smallest to the largest, as a share of the median. */
export function spread(values: readonly number[]): number {
  const middle = median(values);
  return middle === 0 ? 0 : (Math.max(...values) - Math.min(...values)) / 2 / middle;
}

/** Results of one run, found by name. */
export class Results {
  constructor(readonly all: Result[] = []) {}

  add(result: Omit<Result, "values" | "remarks">, value: number, remark?: string): void {
    let known = this.find(result.comparison, result.case, result.side, result.unit);
    if (!known) this.all.push((known = { ...result, values: [], remarks: [] }));
    known.values.push(value);
    if (remark !== undefined && !known.remarks.includes(remark)) known.remarks.push(remark);
  }

  find(comparison: string, name: string, side: string, unit?: string): Result | undefined {
    return this.all.find(
      (result) =>
        result.comparison === comparison &&
        result.case === name &&
        result.side === side &&
        (unit === undefined || result.unit === unit),
    );
  }

  /** NaN when it was not measured. */
  median(comparison: string, name: string, side: string, unit?: string): number {
    return median(this.find(comparison, name, side, unit)?.values ?? []);
  }
}
