import { expect } from "@playwright/test";
import { tabAddress } from "./support/contoso";
import { choose, expectDisabled } from "./support/form";
import { command } from "./support/portal";
import { test } from "./support/portal-test";

test("Jobs lists everything that was done, and can be narrowed to what failed", async ({ page }) => {
  await page.goto(tabAddress("jobs"));
  const jobs = page.getByRole("grid", { name: "Jobs" });
  for (const name of [/vault/i, /site/i, /protection/i, /test failover/i, /planned failover/i, /commit/i])
    await expect(jobs.getByRole("row", { name }).first()).toBeVisible();
  await expect(jobs.getByText("In progress")).toHaveCount(0);
  await choose(page, "Status", "Failed");
  await expect(jobs.getByRole("row").filter({ hasText: "contoso-branch" })).toHaveCount(1);
  await expect(page.getByText(/^1 of \d+ jobs$/)).toBeVisible();
});

test("a failed job shows the step that failed with causes and cure, and what can be done with it", async ({ page }) => {
  await page.goto(tabAddress("jobs"));
  await choose(page, "Status", "Failed");
  await page.getByRole("link", { name: /register/i }).click();
  const steps = page.getByRole("list", { name: "Steps" });
  const failed = steps.getByRole("listitem").filter({ hasText: "Failed" });
  await expect(failed).toContainText("The passphrase does not open this vault.");
  await expect(failed).toContainText("Possible causes:");
  await expect(failed).toContainText("Recommended action:");
  await expectDisabled(command(page, "Cancel job"), /./);
  const download = page.waitForEvent("download");
  await command(page, "Export").click();
  expect((await download).suggestedFilename()).toMatch(/^job-.*\.json$/);
});

test("a job that went well shows its steps with their times", async ({ page }) => {
  await page.goto(tabAddress("jobs"));
  await page.getByRole("link", { name: "Planned failover" }).first().click();
  const steps = page.getByRole("list", { name: "Steps" }).getByRole("listitem");
  await expect.poll(() => steps.count()).toBeGreaterThan(2);
  await expect(steps.first()).toContainText("Succeeded");
  await expect(steps.first()).toContainText(/\d+:\d\d/);
});
