/**
 * Writes a vault as this version makes it, for later versions to open:
 *   node scripts/write-vault-fixture.mjs lib/engine/vault/fixtures/vault-v2.json
 * A fixture is never written over: it stands for a version that people have used.
 */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import process from "node:process";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { root } from "./steps.mjs";

const target = process.argv[2];
if (target === undefined || fs.existsSync(target)) {
  process.stderr.write("Name a file that does not exist: node scripts/write-vault-fixture.mjs FILE\n");
  process.exit(2);
}
const folder = fs.mkdtempSync(path.join(root, "node_modules", ".fixture-"));
try {
  const outfile = path.join(folder, "fixture.mjs");
  await build({
    ...{ absWorkingDir: root, entryPoints: ["lib/testing/vault-fixture.ts"], outfile, bundle: true, format: "esm" },
    ...{ platform: "node", packages: "external", tsconfig: "tsconfig.json", logLevel: "warning" },
  });
  const { makeVaultFixture } = await import(pathToFileURL(outfile).href);
  fs.writeFileSync(target, `${JSON.stringify(await makeVaultFixture(), null, 2)}${os.EOL}`);
} finally {
  fs.rmSync(folder, { recursive: true });
}
