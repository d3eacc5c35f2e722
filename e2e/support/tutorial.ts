import { expect, type Locator, type Page } from "@playwright/test";

/** A step of Quick Start, by the words it begins with: its heading says its state and what was found in the system. */
export const tutorialStep = (page: Page, title: string): Locator =>
  page.getByRole("heading", { level: 3, name: new RegExp(`^${title}`) });

export async function expectStepDone(page: Page, title: string, found: RegExp = /./): Promise<void> {
  const step = tutorialStep(page, title);
  await expect(step).toContainText("Done", { timeout: 30_000 });
  await expect(step).toContainText(found);
}
