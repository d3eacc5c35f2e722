import { expect, type Page } from "@playwright/test";
import { expectAccessible } from "./support/accessibility";
import { dropDown, expectDisabled, tick } from "./support/form";
import { command, openCommand, service } from "./support/portal";
import { openTab, test } from "./support/portal-test";
import { ProtectedItemPage } from "./support/protected-item";

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

test.describe("CONTOSO-INTRANET, which has failed over, is brought back", () => {
  test("the direction is always visible, and what is not possible says why", async () => {
    await item.open("CONTOSO-INTRANET");
    await expect(item.figure("Active location")).toContainText("Direction: Azure → on-premises");
    await expectDisabled(command(page, "Reverse replicate"), /Fail it back/);
    await expectDisabled(command(page, "Cancel failover"), /committed already/);
    await expectDisabled(command(page, "Complete failover"), /No failback waits/);
  });

  test("data is synchronized while it runs in Azure; then the job waits for a person", async () => {
    await item.expectCounting(item.console(/^Replica/));
    const dialog = await openCommand(page, "Failback");
    await expect(dialog.getByRole("radio", { name: /^Synchronize data before failover/ })).toBeChecked();
    await expect(dialog.getByRole("radio", { name: /^Synchronize data during failover only/ })).not.toBeChecked();
    await expect(dropDown(dialog, "Host")).toBeVisible();
    await expectAccessible(page);
    await dialog.getByRole("button", { name: "Fail back" }).click();
    await expect(dialog).toBeHidden();
    await item.expectState("Failback in progress");
    await expect(item.evidence("Failback")).toContainText("Synchronized before the failover", { timeout: 90_000 });
    await expect(item.evidence("Failback")).toContainText("Suspended", { timeout: 30_000 });
    await item.expectCounting(item.console(/^Replica/));
  });

  test("completing it brings every order back, and the evidence says how many bytes were saved", async () => {
    const dialog = await openCommand(page, "Complete failover");
    await dialog.getByRole("textbox", { name: "Comment" }).fill("The branch is open again.");
    await dialog.getByRole("button", { name: "Complete failover" }).click();
    await expect(dialog).toBeHidden();
    await item.expectState("Failback finished", 120);
    await expect(item.figure("Active location")).toContainText("Direction: On-premises → Azure");
    expect(await item.measured("Failback", "Orders lost")).toBe(0);
    const inAzure = await item.measured("Failback", "Orders in Azure at the end");
    expect(await item.measured("Failback", "Orders found on-premises")).toBe(inAzure);
    const travelled = item.evidence("Failback").getByRole("region", { name: "What travelled" });
    await expect(travelled.getByRole("group", { name: "Saved: equal there already" }).last()).toContainText(/MiB|GiB/);
    await expect(item.evidence("Failback").getByText("Identical", { exact: true })).toHaveCount(1);
    await item.expectCounting(item.console(/^Source/));
    await expectAccessible(page);
  });

  test("the commit leaves nothing in Azure, and reverse replication makes it Protected again", async () => {
    await expectDisabled(command(page, "Reverse replicate"), /Commit the failback/);
    const commit = await openCommand(page, "Commit");
    await expect(commit).toContainText("the virtual machine in Azure and its disks are deleted");
    await commit.getByRole("button", { name: "Commit" }).click();
    await expect(commit).toBeHidden();
    await item.expectState("Failback committed", 60);
    await expect(item.evidence("Failback")).toContainText("nothing of the machine in Azure is left");
    const reverse = await openCommand(page, "Reverse replicate");
    await reverse.getByRole("button", { name: "Reverse replicate" }).click();
    await expect(reverse).toBeHidden();
    await item.expectState("Protected", 120);
    await service(page, "Virtual machines").click();
    await expect(page.getByRole("link", { name: "CONTOSO-INTRANET", exact: true })).toBeHidden();
  });
});

test.describe("a failover that is not committed", () => {
  test("is cancelled, after the orders that would be lost were counted", async () => {
    await item.open("CONTOSO-INTRANET");
    const failover = await openCommand(page, "Planned failover");
    await failover.getByRole("button", { name: "Fail over" }).click();
    await expect(failover).toBeHidden();
    await item.expectState("Planned failover finished", 120);
    await item.expectCounting(item.console(/^Replica/));
    const dialog = await openCommand(page, "Cancel failover");
    await expect(dialog).toContainText(/\d+ orders? taken in Azure since the failover would be lost/);
    const submit = dialog.getByRole("button", { name: "Cancel the failover" });
    await expectDisabled(submit, /Tick the box/);
    await tick(dialog, /may be lost/);
    await submit.click();
    await expect(dialog).toBeHidden();
    await item.expectState("Protected", 120);
    await item.expectCounting(item.console(/^Source/));
    expect(await item.measured("Cancelled failover", "Orders lost")).toBeGreaterThan(0);
  });
});
