#!/usr/bin/env node
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const program = new URL("../dist/cli.mjs", import.meta.url);
if (existsSync(fileURLToPath(program))) {
  await import(program.href);
} else {
  process.stderr.write("Secondsite is not built yet. Run `npm run demo`, or `npm install` and `npm run build`.\n");
  process.exitCode = 1;
}
