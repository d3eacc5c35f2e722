import type { Extent } from "./disk";

/** What lies in either of two lists, each ascending and free of overlaps: a child's own extents and its parent's. */
export function extentUnion(a: readonly Extent[], b: readonly Extent[]): Extent[] {
  const union: { offsetBytes: number; lengthBytes: number }[] = [];
  let inA = 0;
  let inB = 0;
  while (inA < a.length || inB < b.length) {
    const fromA = a[inA];
    const fromB = b[inB];
    const takeA = fromA !== undefined && (fromB === undefined || fromA.offsetBytes <= fromB.offsetBytes);
    const next = takeA ? fromA : fromB;
    if (takeA) inA += 1;
    else inB += 1;
    if (next === undefined) break;
    const last = union.at(-1);
    if (last !== undefined && next.offsetBytes <= last.offsetBytes + last.lengthBytes) {
      const end = Math.max(last.offsetBytes + last.lengthBytes, next.offsetBytes + next.lengthBytes);
      last.lengthBytes = end - last.offsetBytes;
    } else union.push({ ...next });
  }
  return union;
}

/** The part of a list that lies below `endBytes`. */
export function extentsBelow(extents: readonly Extent[], endBytes: number): Extent[] {
  return extents
    .filter(({ offsetBytes }) => offsetBytes < endBytes)
    .map(({ offsetBytes, lengthBytes }) => ({
      offsetBytes,
      lengthBytes: Math.min(lengthBytes, endBytes - offsetBytes),
    }));
}
