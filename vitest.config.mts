import path from "node:path";
import { defineConfig } from "vitest/config";

export default defineConfig({
  resolve: { alias: { "@": path.resolve(import.meta.dirname) } },
  test: {
    include: ["{lib,app,components,bin,scripts,prisma}/**/*.test.{ts,tsx}"],
    // Tests of real processes share two cores with whatever else runs; some only wait, hence more workers than cores.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    pool: "forks",
    maxWorkers: 4,
  },
});
