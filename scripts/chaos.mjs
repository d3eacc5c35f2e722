/** Kills processes of a portal of its own at random instants and judges what is left: e2e/chaos. Arguments pass through. */
import process from "node:process";
import { buildAll } from "./build.mjs";
import { setUp } from "./setup.mjs";
import { run } from "./steps.mjs";

await setUp();
await buildAll();
try {
  await run(process.execPath, ["dist/chaos.mjs", ...process.argv.slice(2)]);
} catch {
  process.exit(1);
}
