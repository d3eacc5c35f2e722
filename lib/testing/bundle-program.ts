import fs from "node:fs";
import path from "node:path";
import { build } from "esbuild";

const ROOT = path.resolve(import.meta.dirname, "../..");

/**
 * A program of ours as one file that Node can run, for tests that start real processes and threads. It lies under
 * node_modules, so that it finds the packages and git does not find it. `source` is relative to the repository.
 */
export async function bundleProgram(source: string): Promise<string> {
  const folder = path.join(ROOT, "node_modules/.cache/secondsite-tests");
  fs.mkdirSync(folder, { recursive: true });
  const outfile = path.join(folder, `${path.basename(source, ".ts")}-${process.pid}.mjs`);
  await build({
    absWorkingDir: ROOT,
    entryPoints: [source],
    outfile,
    bundle: true,
    platform: "node",
    target: "node20",
    format: "esm",
    packages: "external",
    loader: { ".bin": "binary" },
    logLevel: "warning",
    tsconfig: "tsconfig.json",
  });
  return outfile;
}
