import { expect } from "@playwright/test";
import { expectAccessible, expectNoSidewaysScrolling, expectReadableInTheDark } from "./support/accessibility";
import { service } from "./support/portal";
import { test } from "./support/portal-test";

/** A portal in which nobody has done anything yet: every list is empty, and says what to do about it. */
test("empty lists say what they are for and what to do next", async ({ page }) => {
  await page.goto("/");
  await expect(page.getByRole("heading", { name: "You have no recovery vaults yet" })).toBeVisible();
  const create = page.getByRole("button", { name: "Create a Site Recovery vault" });
  await expectAccessible(page);
  await create.click();
  await expect(page.getByRole("form", { name: "Create a Site Recovery vault" })).toBeVisible();
  await expectAccessible(page);
  await expectReadableInTheDark(page);
  await page.keyboard.press("Escape");

  for (const [name, title] of [
    ["Virtual machines", "No virtual machine runs in Azure"],
    ["Virtual networks", "No virtual networks yet"],
    ["Storage accounts", "No storage accounts yet"],
    ["Automation", "No automation accounts yet"],
  ] as const) {
    await service(page, name).click();
    await expect(page.getByRole("heading", { name: title })).toBeVisible();
    await expectAccessible(page);
    await expectNoSidewaysScrolling(page, 390);
  }
});

test("the demo estate runs before anything is protected", async ({ page }) => {
  await page.goto("/");
  await service(page, "On-premises sites").click();
  await page.getByRole("link", { name: "contoso-branch", exact: true }).click();
  const machines = page.getByRole("grid", { name: "Machines of the site" }).getByRole("row", { name: /CONTOSO-/ });
  await expect(machines).toHaveCount(5);
  for (const machine of await machines.all()) await expect(machine).toContainText("Running");
  await page.getByRole("button", { name: "Open the console of CONTOSO-SQL" }).click();
  const console = page.getByRole("dialog", { name: /CONTOSO-SQL/ });
  await expect(console.getByRole("img", { name: /Orders database/ })).toBeVisible();
  await expectAccessible(page);
});
