import { test as base, type Browser, type Page } from "@playwright/test";

/** The address that the set-up of the run has put into the environment. */
export function portalOrigin(): string {
  const origin = process.env["PORTAL_ORIGIN"];
  if (origin === undefined) throw new Error("no portal was started for the browser tests");
  return origin;
}

export const test = base.extend({
  baseURL: async ({}, use) => use(portalOrigin()),
});

/** One browser tab that the steps of a story share, as one person would. */
export async function openTab(browser: Browser): Promise<Page> {
  const context = await browser.newContext({
    baseURL: portalOrigin(),
    viewport: { width: 1440, height: 900 },
    acceptDownloads: true,
  });
  return context.newPage();
}
