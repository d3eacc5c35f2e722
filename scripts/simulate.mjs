/** Lives of a vault under faults, each from a seed: e2e/simulate. Arguments pass through: -- --seeds 1000, or --seed N. */
import process from "node:process";
import { buildAll } from "./build.mjs";
import { setUp } from "./setup.mjs";
import { run } from "./steps.mjs";

await setUp();
await buildAll();
try {
  await run(process.execPath, ["--enable-source-maps", "dist/simulate.mjs", ...process.argv.slice(2)]);
} catch {
  process.exit(1);
}
