/** Hostile disk images of every format: e2e/fuzz. Arguments pass through: -- --inputs 100000 --seed 1. */
import process from "node:process";
import { buildAll } from "./build.mjs";
import { setUp } from "./setup.mjs";
import { run } from "./steps.mjs";

await setUp();
await buildAll();
try {
  await run(process.execPath, ["--enable-source-maps", "dist/fuzz.mjs", ...process.argv.slice(2)]);
} catch {
  process.exit(1);
}
