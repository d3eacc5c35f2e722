import { expect, type Page } from "@playwright/test";
import { expectAccessible, expectReadableInTheDark } from "./support/accessibility";
import { SITE, TEST_NETWORK } from "./support/contoso";
import { choose, dropDown, expectDisabled, tick } from "./support/form";
import { command, expectNotified, openCommand, service } from "./support/portal";
import { openTab, test } from "./support/portal-test";
import { leadingNumber, ProtectedItemPage } from "./support/protected-item";

test.describe.configure({ mode: "serial" });

let page: Page;
let item: ProtectedItemPage;

test.beforeAll(async ({ browser }) => {
  page = await openTab(browser);
  item = new ProtectedItemPage(page);
});
test.afterAll(async () => {
  await page.close();
});

test.describe("test failover of CONTOSO-SQL", () => {
  test("commands that make no sense now say why", async () => {
    await item.open("CONTOSO-SQL");
    await expectDisabled(command(page, "Complete test"), /test failover/i);
    await expectDisabled(command(page, "Commit"), /failover/i);
    await expectDisabled(command(page, "Change recovery point"), /failover/i);
  });

  test("a second test failover, asked for in another tab, is refused with its reason", async ({ browser }) => {
    const otherTab = await openTab(browser);
    const other = new ProtectedItemPage(otherTab);
    await other.open("CONTOSO-SQL");
    const late = await openCommand(otherTab, "Test failover");

    const dialog = await openCommand(page, "Test failover");
    await choose(dialog, "Network of the test machine", TEST_NETWORK);
    await expect(dropDown(dialog, "Network of the test machine")).not.toHaveAccessibleDescription(/not isolated/);
    await dialog.getByRole("button", { name: "Start test failover" }).click();
    await expect(dialog).toBeHidden();

    await late.getByRole("button", { name: "Start test failover" }).click();
    await expect(late.getByRole("alert")).toContainText("Possible causes:");
    await expect(late.getByRole("alert")).toContainText(/CONTOSO-SQL/);
    await otherTab.context().close();
  });

  test("the replica boots, and both consoles count orders", async () => {
    await item.expectState("Test failover is up");
    await item.expectCounting(item.console(/^Source/));
    await item.expectCounting(item.console(/^Test replica/));
    await expectAccessible(page);
    await expectReadableInTheDark(page);
    await expectDisabled(command(page, "Test failover"), /test failover/i);
    await expectDisabled(command(page, "Planned failover"), /test/i);
  });

  test("the evidence shows that every disk is identical and that no order of the point is missing", async () => {
    const run = item.evidence("Test failover");
    await expect(run).toContainText("Succeeded");
    await expect(run.getByText("Identical", { exact: true })).toHaveCount(2);
    const found = await item.measured("Test failover", "Orders the replica found");
    await expect(run).toContainText(new RegExp(`which holds ${found.toLocaleString("en")} orders`));
    await item.measured("Test failover", "Start to first line");
  });

  test("completing the test with notes leaves nothing behind", async () => {
    const dialog = await openCommand(page, "Complete test");
    const submit = dialog.getByRole("button", { name: "Complete test" });
    await expectDisabled(submit, /Tick the box/);
    await dialog.getByRole("textbox", { name: "Notes" }).fill("Both sides counted.");
    await tick(dialog, "The test failover is complete");
    await submit.click();
    await expect(dialog).toBeHidden();
    const run = item.evidence("Test failover");
    await expect(run).toContainText("a listing shows that nothing of the test is left", { timeout: 60_000 });
    await expect(run).toContainText("Both sides counted.");
    await item.expectState("Protected");
    await service(page, "Virtual machines").click();
    await expect(page.getByText("No virtual machine runs in Azure")).toBeVisible();
  });
});

test("planned failover of CONTOSO-INTRANET loses no order, and is committed", async () => {
  await item.open("CONTOSO-INTRANET");
  const dialog = await openCommand(page, "Planned failover");
  await dialog.getByRole("button", { name: "Fail over" }).click();
  await expect(dialog).toBeHidden();
  await expect(item.evidence("Planned failover")).toContainText("Nothing lost", { timeout: 90_000 });
  expect(await item.measured("Planned failover", "Orders lost")).toBe(0);
  await item.expectCounting(item.console(/^Replica/));
  await commit();
  await expect(item.figure("Active location")).toContainText("Azure");
});

test.describe("the site is lost: unplanned failover of CONTOSO-CRM", () => {
  let found = 0;

  test("failing the site kills its processes, after a warning of what that means", async () => {
    await item.open("CONTOSO-CRM");
    await expect.poll(() => item.points().count(), { timeout: 90_000 }).toBeGreaterThan(2);
    await service(page, "On-premises sites").click();
    await page.getByRole("link", { name: SITE, exact: true }).click();
    const dialog = await openCommand(page, "Fail the site");
    await expect(dialog).toContainText("killed at once");
    await expectAccessible(page);
    await dialog.getByRole("button", { name: "Fail the site" }).click();
    await expect(page.getByText("This site has failed: all its processes were killed")).toBeVisible();
    await expectDisabled(command(page, "Fail the site"), /failed already/);
  });

  test("the replica has exactly the orders of the chosen point, and the loss is measured", async () => {
    await item.open("CONTOSO-CRM");
    const dialog = await openCommand(page, "Unplanned failover");
    await dropDown(dialog, "Recovery point").click();
    // "Latest", then the points, newest first: the third is not the newest.
    const point = page.getByRole("option").nth(2);
    const promised = leadingNumber(/, (.+) orders? on disk/.exec(await point.innerText())?.[1] ?? "");
    await point.click();
    await tick(dialog, /^Start instantly/);
    await dialog.getByRole("button", { name: "Fail over" }).click();
    await expect(dialog).toBeHidden();
    await item.expectState("Failover completed", 90);
    found = await item.measured("Unplanned failover", "Orders the replica found");
    expect(found).toBe(promised);
    await expect(item.evidence("Unplanned failover").getByRole("group", { name: "Time lost" })).toContainText(/\d/);
    await expect(item.evidence("Unplanned failover").getByText("Identical", { exact: true })).toHaveCount(1);
  });

  test("the recovery point is changed to a newer one before the commit", async () => {
    await expect(command(page, "Change recovery point")).not.toHaveAttribute("aria-disabled", "true");
    const dialog = await openCommand(page, "Change recovery point");
    await tick(dialog, /^Start instantly/);
    await expectDisabled(dialog.getByRole("button", { name: "Change recovery point" }), /Choose a recovery point/);
    await choose(dialog, "Recovery point", /\d/);
    await dialog.getByRole("button", { name: "Change recovery point" }).click();
    await expect(dialog).toBeHidden();
    expect(await item.measured("Change of recovery point", "Orders the replica found", 90)).toBeGreaterThan(found);
    await item.expectState("Failover completed");
    const disks = item.evidence("Change of recovery point").getByText("Identical", { exact: true });
    await expect(disks).toHaveCount(1, { timeout: 60_000 });
    await commit();
    await expectDisabled(command(page, "Change recovery point"), /commit/i);
  });

  test("the site is restored", async () => {
    await service(page, "On-premises sites").click();
    await page.getByRole("link", { name: SITE, exact: true }).click();
    await command(page, "Restore").click();
    await expectNotified(page, /Restore site/);
    await expect(page.getByText("This site has failed")).toBeHidden({ timeout: 30_000 });
    await expectDisabled(command(page, "Restore"), /running/);
  });
});

async function commit(): Promise<void> {
  await expect(command(page, "Commit")).not.toHaveAttribute("aria-disabled", "true");
  const dialog = await openCommand(page, "Commit");
  await dialog.getByRole("button", { name: "Commit" }).click();
  await expect(dialog).toBeHidden();
  await item.expectState("failover committed");
}
