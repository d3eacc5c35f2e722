import fs from "node:fs";
import path from "node:path";

/** So many files are looked at; a folder with more counts as too large. */
const ENTRIES_MAX = 10_000;

/** Bytes that the files below a folder occupy. Infinity when they are too many to look at. */
export function folderBytes(folder: string): number {
  let bytes = 0;
  let entries = 0;
  const waiting = [folder];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    for (const entry of entriesOf(next)) {
      entries += 1;
      if (entries > ENTRIES_MAX) return Infinity;
      const file = path.join(next, entry.name);
      if (entry.isDirectory()) waiting.push(file);
      else bytes += allocated(file);
    }
  }
  return bytes;
}

function entriesOf(folder: string): fs.Dirent[] {
  try {
    return fs.readdirSync(folder, { withFileTypes: true });
  } catch {
    // Removed by the runbook while it was looked at.
    return [];
  }
}

function allocated(file: string): number {
  try {
    return fs.lstatSync(file).blocks * 512;
  } catch {
    return 0;
  }
}
