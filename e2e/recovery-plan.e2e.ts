import { expect, type Page } from "@playwright/test";
import { expectAccessible } from "./support/accessibility";
import { PLAN, tabAddress } from "./support/contoso";
import { expectDisabled, expectFieldError, tick } from "./support/form";
import { command, openCommand } from "./support/portal";
import { openTab, test } from "./support/portal-test";
import { ProtectedItemPage } from "./support/protected-item";

/** Database, application, web: three groups, and a person who has to do something before the last one starts. */
test.describe.configure({ mode: "serial" });

const TIERS = ["CONTOSO-SQL", "CONTOSO-APP", "CONTOSO-WEB"] as const;
const ACTION = "Switch the load balancer";

let page: Page;

test.beforeAll(async ({ browser }) => {
  page = await openTab(browser);
});
test.afterAll(async () => {
  await page.close();
});

test("a plan is created with its machines in one group", async () => {
  await page.goto(tabAddress("recovery-plans"));
  const panel = await openCommand(page, "Create plan");
  const name = panel.getByRole("textbox", { name: "Name" });
  await name.fill("no spaces, please");
  for (const machine of TIERS)
    await panel.getByRole("row", { name: machine }).getByRole("checkbox").check({ force: true });
  await panel.getByRole("button", { name: "Create plan" }).click();
  await expectFieldError(name, /spaces/);
  await name.fill(PLAN);
  await panel.getByRole("button", { name: "Create plan" }).click();
  await expect(panel).toBeHidden();
  await expect(page.getByRole("list", { name: "Machines of Group 1" }).getByRole("listitem")).toHaveCount(3);
});

test("machines are moved into groups of their own and a manual action is added, then it is saved", async () => {
  await page.getByRole("button", { name: "Add group" }).click();
  await page.getByRole("button", { name: "Add group" }).click();
  await page.getByRole("button", { name: "Move CONTOSO-APP to Group 2" }).click();
  await page.getByRole("button", { name: "Move CONTOSO-WEB to Group 2" }).click();
  await page.getByRole("button", { name: "Move CONTOSO-WEB to Group 3" }).click();
  await page.getByRole("button", { name: "Add a manual action before Group 3" }).click();
  const panel = page.getByRole("dialog", { name: "Add a manual action" });
  await panel.getByRole("textbox", { name: "Name" }).fill(ACTION);
  await panel.getByRole("button", { name: "Add", exact: true }).click();
  await expectFieldError(panel.getByRole("textbox", { name: "Instructions" }), /what has to be done/);
  await panel.getByRole("textbox", { name: "Instructions" }).fill("Point the load balancer at the replica.");
  await panel.getByRole("button", { name: "Add", exact: true }).click();
  await expect(panel).toBeHidden();
  await expectDisabled(command(page, "Test failover"), /save/i);
  await command(page, "Save").click();
  await expectDisabled(command(page, "Save"), /Nothing was changed/);
  await page.reload();
  for (const [index, machine] of TIERS.entries()) {
    const group = page.getByRole("list", { name: `Machines of Group ${String(index + 1)}` });
    await expect(group.getByRole("listitem")).toHaveText([new RegExp(machine)]);
  }
  await expect(page.getByRole("region", { name: "Before Group 3", exact: true })).toContainText(ACTION);
});

test("run as a test it halts at the manual action until that is completed with a comment", async () => {
  const dialog = await openCommand(page, "Test failover");
  await dialog.getByRole("button", { name: "Start test failover" }).click();
  await expect(dialog).toBeHidden();
  await completeManualAction("The test network needs no switch.");
  await expect(command(page, "Complete test")).not.toHaveAttribute("aria-disabled", "true", { timeout: 60_000 });
});

test("completing the plan's test removes every test machine", async () => {
  const dialog = await openCommand(page, "Complete test");
  await dialog.getByRole("textbox", { name: "Notes" }).fill("All three tiers answered.");
  await tick(dialog, "The test failover is complete");
  await dialog.getByRole("button", { name: "Complete test" }).click();
  await expect(dialog).toBeHidden();
  await expectDisabled(command(page, "Complete test"), /./);
  await expect(command(page, "Planned failover")).not.toHaveAttribute("aria-disabled", "true", { timeout: 60_000 });
});

test("run as a planned failover no machine loses an order, and the plan is committed", async () => {
  const dialog = await openCommand(page, "Planned failover");
  await tick(dialog, /^Start instantly/);
  await dialog.getByRole("button", { name: "Fail over" }).click();
  await expect(dialog).toBeHidden();
  await completeManualAction("Load balancer switched by the operator on duty.");
  await expect(command(page, "Commit")).not.toHaveAttribute("aria-disabled", "true", { timeout: 60_000 });
  const commit = await openCommand(page, "Commit");
  await commit.getByRole("button", { name: "Commit" }).click();
  await expect(commit).toBeHidden();
  await expectDisabled(command(page, "Commit"), /./);
  const item = new ProtectedItemPage(page);
  for (const machine of TIERS) {
    await item.open(machine);
    expect(await item.measured("Planned failover", "Orders lost")).toBe(0);
    await expect(item.figure("Active location")).toContainText("Azure");
    // They ran before their disks were whole: the plan ended when these were proven.
    await expect(item.evidence("Planned failover").getByText("Identical", { exact: true })).not.toHaveCount(0);
    await expect(item.evidence("Planned failover")).not.toContainText("Checking");
  }
});

async function completeManualAction(comment: string): Promise<void> {
  const waiting = page.getByRole("region", { name: ACTION });
  await expect(waiting).toContainText("Point the load balancer at the replica.", { timeout: 60_000 });
  const field = waiting.getByRole("textbox", { name: "Comment" });
  await waiting.getByRole("button", { name: "Complete manual action" }).click();
  await expectFieldError(field, /what was done/i);
  await expectAccessible(page);
  await field.fill(comment);
  await waiting.getByRole("button", { name: "Complete manual action" }).click();
  await expect(waiting).toBeHidden({ timeout: 30_000 });
}
