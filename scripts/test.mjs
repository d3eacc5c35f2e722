/**
 * Everything that must be true, from a fresh clone: set-up, build, law, format, types, lint, unit tests, browser tests.
 * Stops at the first room that is red and says which.
 */
import process from "node:process";
import { buildAll } from "./build.mjs";
import { setUp } from "./setup.mjs";
import { chromiumPath, ensureDebianPackages, run, step } from "./steps.mjs";

const npx = (title, ...args) => step(title, () => run("npx", ["--no-install", ...args]));

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
  await npx("Law of imports", "depcruise", "--config", ".dependency-cruiser.cjs", "app", "components", "lib", "bin");
  await npx("Format", "prettier", "--check", "--log-level=warn", ".");
  await npx("Types", "tsc", "--noEmit");
  await npx("Lint", "eslint", ".", "--max-warnings", "0");
  await npx("Unit tests", "vitest", "run");
  await npx("Browser tests", "playwright", "test");
} catch (error) {
  process.stderr.write(`\nnpm test: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
