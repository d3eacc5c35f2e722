/**
 * Writes Prisma's client into prisma/generated. Prisma wants to download a schema engine that generating does not need;
 * naming any file that exists keeps it from trying (the machine may reach the package registries only).
 */
import { spawnSync } from "node:child_process";
import path from "node:path";
import process from "node:process";

const root = path.resolve(import.meta.dirname, "..");
const result = spawnSync(
  process.execPath,
  [path.join(root, "node_modules/prisma/build/index.js"), "generate", "--schema", "prisma/schema.prisma", "--no-hints"],
  {
    cwd: root,
    encoding: "utf8",
    env: {
      ...process.env,
      PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
      PRISMA_HIDE_UPDATE_MESSAGE: "1",
      CHECKPOINT_DISABLE: "1",
    },
  },
);
if (result.error ?? result.status !== 0) {
  process.stderr.write(`prisma generate failed.\n${result.stdout ?? ""}${result.stderr ?? ""}${result.error ?? ""}\n`);
  process.exit(result.status || 1);
}
