/**
 * Everything that must be true, from a fresh clone: set-up, build, law, format, types, lint, unit tests, browser tests.
 * Stops at the first room that is red and says which.
 */
import process from "node:process";
import { buildAll } from "./build.mjs";
import { setUp } from "./setup.mjs";
import { chromiumPath, ensureDebianPackages, run, runQuietly, step } from "./steps.mjs";

const npx = (title, ...args) => step(title, () => run("npx", ["--no-install", ...args]));

/** Each uses one core; what a command prints is shown when it has failed. */
async function inLanes(...lanes) {
  const results = await Promise.allSettled(
    lanes.map(async (lane) => {
      for (const [title, ...args] of lane) {
        const started = performance.now();
        await runQuietly("npx", ["--no-install", ...args]);
        process.stdout.write(`  ${title}: done in ${((performance.now() - started) / 1000).toFixed(1)} s\n`);
      }
    }),
  );
  const failed = results.filter(({ status }) => status === "rejected").map(({ reason }) => reason.message);
  if (failed.length > 0) throw new Error(failed.join("\n"));
}

async function ensureBrowser() {
  if (chromiumPath()) return "unchanged";
  const advice = await ensureDebianPackages(["chromium"]);
  if (advice || !chromiumPath())
    throw new Error(`the browser tests need Chromium; ${advice ?? "it could not be installed"}`);
  return "done";
}

try {
  await setUp();
  await step("Chromium", ensureBrowser);
  await buildAll();
  const folders = ["app", "components", "lib", "bin"];
  await step("Law of imports, format, types, lint", () =>
    inLanes(
      [
        ["law of imports", "depcruise", "--config", ".dependency-cruiser.cjs", ...folders],
        ["format", "prettier", "--check", "--log-level=warn", "."],
        ["types", "tsc", "--noEmit"],
      ],
      [["lint", "eslint", ".", "--max-warnings", "0"]],
    ),
  );
  await npx("Unit tests", "vitest", "run");
  await npx("Browser tests", "playwright", "test");
} catch (error) {
  process.stderr.write(`\nnpm test: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
