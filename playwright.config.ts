import fs from "node:fs";
import { defineConfig } from "@playwright/test";

const chromium = [
  process.env["CHROMIUM_PATH"],
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
].find((candidate) => candidate && fs.existsSync(candidate));

/** The story's chapters: each goes on with the vault, the machines and the jobs that the one before has left. */
const chapters = ["quick-start", "protection", "failover", "recovery-plan", "jobs"];
/** Last, because it looks at every page with something on it. */
const last = "every-page";
const file = (name: string) => `${name}.e2e.ts`;

export default defineConfig({
  testDir: "e2e",
  timeout: 120_000,
  expect: { timeout: 15_000 },
  workers: 1,
  forbidOnly: process.env["CI"] !== undefined,
  reporter: [["list"]],
  globalSetup: "./e2e/start-portal.ts",
  projects: [
    ...chapters.map((name, index) => ({
      name,
      testMatch: file(name),
      dependencies: chapters.slice(Math.max(0, index - 1), index),
    })),
    {
      name: "concerns",
      testMatch: file("*"),
      testIgnore: [...chapters, last].map(file),
      dependencies: chapters.slice(0, 1),
    },
    { name: last, testMatch: file(last), dependencies: [...chapters.slice(-1), "concerns"] },
  ],
  use: {
    actionTimeout: 15_000,
    viewport: { width: 1440, height: 900 },
    screenshot: "only-on-failure",
    trace: "retain-on-failure",
    launchOptions: {
      ...(chromium ? { executablePath: chromium } : {}),
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  },
});
