import { diffLines } from "diff";

export interface LineChange {
  readonly kind: "added" | "removed" | "same";
  readonly text: string;
}

/** How many unchanged lines are shown around what changed. */
const AROUND = 2;

/** Line by line what publication would change; long unchanged parts are left out, as a line of three dots. */
export function lineChanges(before: string, after: string): LineChange[] {
  const all = diffLines(before, after).flatMap((part): LineChange[] => {
    const kind = part.added ? "added" : part.removed ? "removed" : "same";
    return part.value
      .replace(/\n$/, "")
      .split("\n")
      .map((text) => ({ kind, text }));
  });
  const isNear = (index: number) => all.slice(Math.max(0, index - AROUND), index + AROUND + 1).some(isChange);
  const shown: LineChange[] = [];
  all.forEach((line, index) => {
    if (isNear(index)) shown.push(line);
    else if (index === 0 || isNear(index - 1)) shown.push({ kind: "same", text: "…" });
  });
  return shown;
}

export const isChange = (line: LineChange): boolean => line.kind !== "same";
