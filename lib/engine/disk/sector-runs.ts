/** A run of sectors of one kind: in this file, or not. */
export interface SectorRun {
  readonly present: boolean;
  readonly first: number;
  readonly count: number;
}

/** The sectors from `first` on, `count` of them, as runs. */
export function sectorRuns(isPresent: (sector: number) => boolean, first: number, count: number): SectorRun[] {
  const runs: { present: boolean; first: number; count: number }[] = [];
  for (let sector = first; sector < first + count; sector++) {
    const present = isPresent(sector);
    const last = runs.at(-1);
    if (last?.present === present) last.count += 1;
    else runs.push({ present, first: sector, count: 1 });
  }
  return runs;
}
