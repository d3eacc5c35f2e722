import fs from "node:fs";
import { fileURLToPath } from "node:url";
import { assert } from "@/lib/kernel/assert";

/**
 * A program of dist/ by its name, from wherever in dist/ the bundler put this module (beside it, or in a folder of shared
 * chunks). Null when run from source.
 */
export function findProgram(name: string): string | null {
  const candidates = [`./${name}`, `../${name}`].map((place) => fileURLToPath(new URL(place, import.meta.url)));
  return candidates.find((file) => fs.existsSync(file)) ?? null;
}

export function programPath(name: string): string {
  const file = findProgram(name);
  assert(file !== null, `${name} is not beside this program: it must be bundled, or its path given`);
  return file;
}
