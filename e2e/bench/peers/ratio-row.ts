import type { Row } from "../report";

/** A peer's time over ours, which is to be at least `goal`; a missed one says by how much. */
export function ratioRow(figure: string, ratio: number, goal: number, detail: string): Row {
  const met = ratio >= goal;
  const short = ((1 - ratio / goal) * 100).toFixed(0);
  return {
    figure,
    measured: `×${ratio.toFixed(ratio < 10 ? 2 : 1)} (${detail}${met ? "" : `; ${short} % short`})`,
    goal: `≥ ×${String(goal)}`,
    verdict: met ? "met" : "missed",
  };
}
