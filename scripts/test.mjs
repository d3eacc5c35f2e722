/**
 * Everything that must be true, from a fresh clone: set-up, build, unit tests, browser tests, and beside them the law of
 * imports, format, types and lint. Stops after the first room that is red and says which.
 */
import process from "node:process";
import { buildAll } from "./build.mjs";
import { setUp } from "./setup.mjs";
import { chromiumPath, ensureDebianPackages, run, runBeside, step } from "./steps.mjs";

const npx = (title, ...args) => step(title, () => run("npx", ["--no-install", ...args]));

/**
 * Two at a time, beside the tests: these wait a lot, and what has the lowest priority does not hold them up. Answers with what
 * has failed by then.
 */
function checkBeside(...lanes) {
  const failures = [];
  const ended = lanes.map(async (lane) => {
    for (const [title, ...args] of lane) {
      const started = performance.now();
      await runBeside("npx", ["--no-install", ...args]).then(
        () => process.stdout.write(`  ${title}: done in ${((performance.now() - started) / 1000).toFixed(1)} s\n`),
        (error) => failures.push(error.message),
      );
    }
  });
  const refuseFailures = () => {
    if (failures.length > 0) throw new Error(failures.join("\n"));
  };
  return { refuseFailures, ended: Promise.all(ended).then(refuseFailures) };
}

async function ensureBrowser() {
  if (chromiumPath()) return "unchanged";
  const advice = await ensureDebianPackages(["chromium"]);
  if (advice || !chromiumPath())
    throw new Error(`the browser tests need Chromium; ${advice ?? "it could not be installed"}`);
  return "done";
}

const folders = ["app", "components", "lib", "bin"];
try {
  await setUp(() => step("Chromium", ensureBrowser));
  await buildAll();
  const checks = checkBeside(
    [
      ["Law of imports", "depcruise", "--config", ".dependency-cruiser.cjs", ...folders],
      ["Format", "prettier", "--check", "--log-level=warn", "."],
      ["Types", "tsc", "--noEmit"],
    ],
    [["Lint", "eslint", ".", "--max-warnings", "0"]],
  );
  checks.ended.catch(() => {});
  await npx("Unit tests", "vitest", "run");
  checks.refuseFailures();
  await npx("Browser tests", "playwright", "test");
  await checks.ended;
} catch (error) {
  process.stderr.write(`\nnpm test: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
