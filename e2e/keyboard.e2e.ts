import { expect, type Locator, type Page } from "@playwright/test";
import { command, service, vaultTab } from "./support/portal";
import { test } from "./support/portal-test";

/** The portal without a pointer: every key that is pressed here is one that a person can press. */
const VAULT = "keyboard-vault";

test("a vault is created and its tabs are followed with the keyboard alone", async ({ page }) => {
  await page.goto("/");
  await page.keyboard.press("Tab");
  await expect(page.getByRole("link", { name: "Skip to content" })).toBeFocused();
  await expectFocusVisible(page);

  await tabTo(page, page.getByRole("button", { name: "NEW", exact: true }));
  await page.keyboard.press("Enter");
  const drawer = page.getByRole("dialog", { name: "New" });
  for (const entry of [/^Data Services/, /^Recovery Services/, /^Site Recovery Vault/, /^Quick Create/]) {
    await tabTo(page, drawer.getByRole("button", { name: entry }));
    await page.keyboard.press("Enter");
  }
  await expect(drawer.getByRole("textbox", { name: "Name" })).toBeFocused();
  await page.keyboard.type(VAULT);
  await tabTo(page, drawer.getByRole("button", { name: /Region$/ }));
  await page.keyboard.press("Enter");
  await page.keyboard.type("West Eu");
  await page.keyboard.press("Enter");
  await expect(drawer.getByRole("button", { name: /Region$/ })).toContainText("West Europe");
  await tabTo(page, drawer.getByRole("button", { name: "Create vault" }));
  await page.keyboard.press("Enter");
  await expect(drawer).toBeHidden();

  const row = page.getByRole("row", { name: VAULT });
  await expect(row).toContainText("Active");
  await tabTo(page, page.getByRole("grid", { name: "Site Recovery vaults" }).getByRole("row").nth(1));
  while (!(await isFocused(row))) await page.keyboard.press("ArrowDown");
  await expectFocusVisible(page);
  await page.keyboard.press("Enter");
  await expect(page).toHaveTitle(/keyboard-vault/);

  for (const tab of [
    "Dashboard",
    "Protected Items",
    "Recovery Plans",
    "Resources",
    "Servers",
    "Verification",
    "Jobs",
    "Quick Start",
  ]) {
    await tabTo(page, vaultTab(page, tab));
    await page.keyboard.press("Enter");
    await expect(vaultTab(page, tab)).toHaveAttribute("aria-current", "page");
  }
});

test("Escape closes what was opened, and the focus is back where it was", async ({ page }) => {
  await page.goto("/");
  const opener = page.getByRole("button", { name: "NEW", exact: true });
  await tabTo(page, opener);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("dialog", { name: "New" })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog", { name: "New" })).toBeHidden();
  await expect(opener).toBeFocused();
});

test("services are reached from the bar, and a command that cannot run is reached and says why", async ({ page }) => {
  await page.goto("/");
  await tabTo(page, service(page, "On-premises sites"));
  await page.keyboard.press("Enter");
  await tabTo(page, page.getByRole("grid", { name: "On-premises sites" }).getByRole("row").nth(1));
  await page.keyboard.press("Enter");
  await tabTo(page, command(page, "Fail the site"));
  while (!(await isFocused(command(page, "Remove")))) await page.keyboard.press("ArrowRight");
  await expectFocusVisible(page);
  await expect(page.getByRole("tooltip")).toContainText(/demo estate|registered/);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("alertdialog")).toBeHidden();
});

const isFocused = (locator: Locator) => locator.evaluate((element) => element === document.activeElement);

/** Presses Tab until the element has the focus; on the way every stop must be visible. */
async function tabTo(page: Page, target: Locator): Promise<void> {
  await expect(target).toBeVisible();
  for (let presses = 0; presses < 60; presses += 1) {
    if (await isFocused(target)) return;
    await page.keyboard.press("Tab");
    await expectFocusVisible(page);
  }
  await expect(target, "it can be reached with the Tab key").toBeFocused();
}

/** The element with the focus is drawn differently: an outline, its own or around the part that shows it. */
async function expectFocusVisible(page: Page): Promise<void> {
  const look = await page.evaluate(() => {
    const focused = document.activeElement;
    // After the last stop of the page comes the browser's own frame, then the page begins again.
    if (focused === null || focused === document.body) return "visible";
    const outlined = (element: Element) => {
      const { outlineStyle, outlineWidth } = getComputedStyle(element);
      return outlineStyle !== "none" && parseFloat(outlineWidth) >= 1;
    };
    const candidates = [focused, ...(focused.closest("label")?.querySelectorAll("*") ?? [])];
    return candidates.some(outlined) ? "visible" : `no outline on ${focused.outerHTML.slice(0, 200)}`;
  });
  expect(look).toBe("visible");
}
