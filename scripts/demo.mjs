/**
 * The first command a newcomer types. Installs and builds what is missing, then starts everything.
 *   npm run demo                 the portal with the Contoso estate; a second run keeps its data
 *   npm run demo -- --reset      the same, after deleting the home folder
 *   npm run demo -- --story      the whole story without a browser, on a temporary home
 *   npm run demo -- --story plan the story of a recovery plan with runbooks, there and back; failback: of one machine
 */
import { spawn } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { buildAll } from "./build.mjs";
import { setUp } from "./setup.mjs";
import { root, step } from "./steps.mjs";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { reset: { type: "boolean" }, story: { type: "boolean" }, help: { type: "boolean", short: "h" } },
});

if (values.help) {
  process.stdout.write(
    "npm run demo [-- --reset | --story [plan | failback]]\n  SECONDSITE_HOME, PORT and TLS_PORT say where it lives and listens.\n",
  );
  process.exit(0);
}

await setUp();
await buildAll();
if (values.reset) {
  await step("Starting afresh", () => {
    const home = path.resolve(process.env["SECONDSITE_HOME"] ?? path.join(root, ".secondsite"));
    if (fs.existsSync(home) && !fs.existsSync(path.join(home, "run"))) {
      throw new Error(`${home} does not look like a home folder of Secondsite; it is not deleted`);
    }
    fs.rmSync(home, { recursive: true, force: true });
  });
}
hand(values.story ? ["dist/story.mjs", ...positionals] : ["bin/secondsite.mjs", "serve", "--demo"]);

/** Becomes the program as far as that is possible: same terminal, same signals, same exit code. */
function hand(args) {
  const child = spawn(process.execPath, args, { cwd: root, stdio: "inherit" });
  // The terminal sends Ctrl-C to the whole group; the program ends by itself and we with it.
  process.on("SIGINT", () => {});
  for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("exit", (code, signal) => process.exit(signal ? 1 : (code ?? 1)));
}
