import path from "node:path";
import { defineConfig } from "vitest/config";

export default defineConfig({
  resolve: { alias: { "@": path.resolve(import.meta.dirname) } },
  test: {
    include: ["{lib,app,components,bin,scripts,prisma}/**/*.test.{ts,tsx}"],
    testTimeout: 20_000,
    pool: "forks",
    maxWorkers: 2,
  },
});
