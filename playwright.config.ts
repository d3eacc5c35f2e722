import fs from "node:fs";
import { defineConfig } from "@playwright/test";

const chromium = [
  process.env["CHROMIUM_PATH"],
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
].find((candidate) => candidate && fs.existsSync(candidate));

/** Needs a portal in which nothing has been done. */
const first = "first-visit";
/** The story's chapters: each goes on with the vault, the machines and the jobs that the one before has left. */
const chapters = ["quick-start", "protection", "drills", "failover", "failback", "recovery-plan", "evidence", "jobs"];
/** Concerns of their own, on networks and storage that the first chapter has made. */
const concerns = ["keyboard", "folder-site", "automation"];
/** The same, on machines that the second chapter has protected. */
const planEditor = "plan-editor";
/** Look at every page with something on it, and for what all that has left behind. */
const last = ["every-page", "secrets"];
const file = (name: string) => `${name}.e2e.ts`;

export default defineConfig({
  testDir: "e2e",
  timeout: 120_000,
  expect: { timeout: 15_000 },
  workers: 1,
  forbidOnly: process.env["CI"] !== undefined,
  reporter: [["list"]],
  globalSetup: "./e2e/start-portal.ts",
  // In this order, in one portal. What depends on nothing goes on when something before it has failed.
  projects: [
    { name: first, testMatch: file(first) },
    {
      name: "programs",
      testMatch: file("*"),
      testIgnore: [first, ...chapters, ...concerns, planEditor, ...last].map(file),
    },
    ...chapters.slice(0, 2).map(chapter),
    ...concerns.map((name) => ({ name, testMatch: file(name), dependencies: chapters.slice(0, 1) })),
    { name: planEditor, testMatch: file(planEditor), dependencies: chapters.slice(1, 2) },
    ...chapters.slice(2).map(chapter),
    ...last.map((name) => ({
      name,
      testMatch: file(name),
      dependencies: [...chapters.slice(-1), ...concerns, planEditor],
    })),
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

function chapter(name: string) {
  const before = chapters[chapters.indexOf(name) - 1];
  return { name, testMatch: file(name), dependencies: before === undefined ? [] : [before] };
}
