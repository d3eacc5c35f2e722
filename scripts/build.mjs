/** Builds what changed: Prisma's client, the programs of bin/ into dist/, and the portal's pages. */
import fs from "node:fs";
import path from "node:path";
import process from "node:process";
import { filesBelow, root, run, step, whenChanged } from "./steps.mjs";

const has = (relative) => fs.existsSync(path.join(root, relative));

/** dist/<name>.mjs: the file's own name, or its folder's for the programs of e2e/. */
const programName = (file) =>
  path.basename(file) === "main.ts" ? path.basename(path.dirname(file)) : path.basename(file, ".ts");

/** Every TypeScript file of bin/ is a program; worker threads are programs too, named *.worker.ts where they live. */
async function bundlePrograms() {
  const { build } = await import("esbuild");
  const programs = [
    ...filesBelow(["bin"]),
    ...["story", "chaos", "bench", "simulate", "fuzz"].map((name) => `e2e/${name}/main.ts`),
  ].filter((file) => file.endsWith(".ts") && has(file));
  const workers = filesBelow(["lib", "e2e"]).filter((file) => file.endsWith(".worker.ts"));
  const common = {
    absWorkingDir: root,
    outdir: "dist",
    outExtension: { ".js": ".mjs" },
    bundle: true,
    platform: "node",
    target: "node20",
    format: "esm",
    packages: "external",
    sourcemap: true,
    logLevel: "warning",
    tsconfig: "tsconfig.json",
    loader: { ".bin": "binary" },
  };
  const entries = (files) => files.map((file) => ({ in: file, out: programName(file) }));
  await build({ ...common, entryPoints: entries(programs), splitting: true, chunkNames: "shared/[name]-[hash]" });
  // Each in one file: a thread is started for work that waits, and loads a quarter faster so.
  await build({ ...common, entryPoints: entries(workers) });
}

export async function buildAll() {
  await step("Database client", () =>
    whenChanged(
      "prisma",
      ["prisma/schema.prisma", "package-lock.json"],
      () => run("node", ["scripts/generate-prisma.mjs"]),
      () => !has("prisma/generated"),
    ),
  );
  await step("Programs", () =>
    whenChanged(
      "programs",
      [...filesBelow(["bin", "lib", "prisma", "e2e"]), "package-lock.json", "tsconfig.json", "scripts/build.mjs"],
      async () => {
        fs.rmSync(path.join(root, "dist"), { recursive: true, force: true });
        await bundlePrograms();
        await run("node", ["dist/database-template.mjs"]);
      },
      () => !has("dist/server.mjs"),
    ),
  );
  await step("Portal pages", () =>
    whenChanged(
      "pages",
      [
        ...filesBelow([
          "app",
          "components",
          "lib/client",
          "lib/contract",
          "lib/domain",
          "lib/kernel",
          "lib/server/next.ts",
          "public",
        ]),
        "package-lock.json",
        "next.config.js",
        "postcss.config.mjs",
      ],
      () =>
        run(path.join(root, "node_modules/.bin/next"), ["build"], {
          env: { ...process.env, NEXT_TELEMETRY_DISABLED: "1" },
        }),
      () => !has(".next/BUILD_ID"),
    ),
  );
}

if (process.argv[1] === import.meta.filename) await buildAll();
