import { expect, type Locator, type Page } from "@playwright/test";

/** Parts of the portal's frame, found as a user finds them. */
export const notifications = (page: Page): Locator => page.getByRole("region", { name: "Notifications" });
export const command = (page: Page, name: string): Locator =>
  page.getByRole("region", { name: "Commands" }).getByRole("button", { name, exact: true });
export const vaultTab = (page: Page, name: string): Locator =>
  page.getByRole("navigation", { name: "Vault" }).getByRole("link", { name });
export const service = (page: Page, name: string): Locator =>
  page.getByRole("navigation", { name: "Services" }).getByRole("link", { name });

/** Waits until the notification bar reports the end of an operation. */
export async function expectNotified(page: Page, text: string | RegExp, seconds = 60): Promise<void> {
  await expect(notifications(page)).toContainText(text, { timeout: seconds * 1000 });
}

/** NEW at the bottom left, then column after column. */
export async function openNew(page: Page, ...path: readonly string[]): Promise<Locator> {
  await page.getByRole("button", { name: "NEW", exact: true }).click();
  const drawer = page.getByRole("dialog", { name: "New" });
  for (const entry of path) await drawer.getByRole("button", { name: new RegExp(`^${entry}`) }).click();
  return drawer;
}

/** Runs a command of the bar at the bottom and gives the dialog that asks for its details. */
export async function openCommand(page: Page, name: string): Promise<Locator> {
  await command(page, name).click();
  const dialog = page.getByRole("dialog").or(page.getByRole("alertdialog"));
  await expect(dialog).toBeVisible();
  return dialog;
}
