/** `values` in any order, at least one. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const index = Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1);
  const value = sorted[index];
  if (value === undefined) throw new Error("nothing was measured");
  return value;
}

/** Of an even number of values the mean of the middle two. */
export const median = (values: readonly number[]) =>
  (percentile(values, 50) -
    percentile(
      values.map((value) => -value),
      50,
    )) /
  2;

export const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
