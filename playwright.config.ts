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
/**
 * The story's chapters: each goes on with the vault, the machines and the jobs that the one before has left. Beside each, as
 * other people would, run concerns of their own, on networks and storage that the first chapter has made or on machines that
 * the story does not use meanwhile; and, in the portal of the programs, one of these, which must not meet.
 */
const chapters: readonly { readonly name: string; readonly beside: readonly string[] }[] = [
  { name: "quick-start", beside: ["azure-sdk"] },
  { name: "protection", beside: ["replication", "keyboard", "folder-site"] },
  { name: "drills", beside: ["azure-blob"] },
  { name: "plan-editor", beside: ["automation"] },
  { name: "failover", beside: ["bad-input"] },
  { name: "recovery-plan", beside: ["failback"] },
  { name: "evidence", beside: ["disk-full"] },
  { name: "jobs", beside: ["vmware"] },
];
/** Look at every page with something on it, and for what all that has left behind. */
const last = ["every-page", "secrets"];
const everythingElse = [first, ...chapters.flatMap(({ name, beside }) => [name, ...beside])];
const project = (name: string, dependencies: readonly string[]) => ({
  name,
  testMatch: `${name}.e2e.ts`,
  dependencies: [...dependencies],
});

export default defineConfig({
  testDir: "e2e",
  timeout: 120_000,
  expect: { timeout: 15_000 },
  // One for each core: a chapter, and what is beside it.
  workers: 2,
  forbidOnly: process.env["CI"] !== undefined,
  reporter: [["list"]],
  globalSetup: "./e2e/start-portal.ts",
  // A chapter goes on when something beside an earlier one has failed.
  projects: [
    project(first, []),
    ...chapters.flatMap(({ name, beside }, index) => {
      const before = [chapters[index - 1]?.name ?? first];
      return [name, ...beside].map((one) => project(one, before));
    }),
    ...last.map((name) => project(name, everythingElse)),
  ],
  use: {
    actionTimeout: 15_000,
    viewport: { width: 1440, height: 900 },
    screenshot: "only-on-failure",
    // With `--trace retain-on-failure` there is more to look at, but every step takes longer.
    trace: "off",
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
