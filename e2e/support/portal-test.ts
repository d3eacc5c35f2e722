import { test as base, type Browser, type Page } from "@playwright/test";
import { portalOf, type PortalName } from "./portals";

export const portalOrigin = (): string => portalOf("people").origin;

export const test = base.extend({
  baseURL: async ({}, use) => use(portalOrigin()),
});

/** One browser tab that the steps of a story share, as one person would. */
export async function openTab(browser: Browser, portal: PortalName = "people"): Promise<Page> {
  const context = await browser.newContext({
    baseURL: portalOf(portal).origin,
    viewport: { width: 1440, height: 900 },
    acceptDownloads: true,
  });
  return context.newPage();
}
