/** Measures a portal of its own and writes docs/benchmarks.md: e2e/bench. `-- --quick` for a short run that only prints. */
import process from "node:process";
import { buildAll } from "./build.mjs";
import { setUp } from "./setup.mjs";
import { run } from "./steps.mjs";

await setUp();
await buildAll();
try {
  await run(process.execPath, ["dist/bench.mjs", ...process.argv.slice(2)]);
  await run("npx", [
    "--no-install",
    "prettier",
    "--log-level=warn",
    "--write",
    "docs/benchmarks.md",
    "--no-error-on-unmatched-pattern",
  ]);
} catch {
  process.exit(1);
}
