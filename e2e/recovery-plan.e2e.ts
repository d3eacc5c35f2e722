import { expect, type Page } from "@playwright/test";
import { ArmDriver, paths } from "@/lib/testing/drive/arm-driver";
import { expectAccessible } from "./support/accessibility";
import { PLAN, tabAddress, VAULT } from "./support/contoso";
import { ACCOUNT, AutomationAccount } from "./support/automation";
import { choose, dropDown, expectDisabled, expectFieldError, tick } from "./support/form";
import { command, openCommand } from "./support/portal";
import { openTab, test } from "./support/portal-test";
import { portalOf } from "./support/portals";
import { ProtectedItemPage } from "./support/protected-item";
import { WebhookReceiver } from "./support/webhook-receiver";

/**
 * Database, application, web: three groups; a runbook and a webhook between them, and a person who has to do something
 * before the last one starts.
 */
test.describe.configure({ mode: "serial" });

const TIERS = ["CONTOSO-SQL", "CONTOSO-APP", "CONTOSO-WEB"] as const;
const ACTION = "Switch the load balancer";
const RUNBOOK_ACTION = "Switch the records";
const WEBHOOK_ACTION = "Tell the status page";
const RUNBOOK = "switch-records";
const HOOK_KEY = "key of the status page";
/** Goes on when the test lets it, so that its output is there to be seen while it runs. */
const script = (gate: string) => `
const passed = async (gate) => {
  while (Number(await (await fetch("${gate}")).text()) < gate) await new Promise((resolve) => setTimeout(resolve, 100));
};
console.log("records are being switched");
await passed(1);
console.log("half of the records are switched");
await passed(2);
console.log("all records are switched");
`;

const arm = new ArmDriver(portalOf("people").origin);

let page: Page;
const receiver = new WebhookReceiver(HOOK_KEY);
let hookAddress = "";

test.beforeAll(async ({ browser, request }) => {
  hookAddress = await receiver.listen();
  const automation = new AutomationAccount(request);
  await automation.create();
  await automation.publish(RUNBOOK, script(hookAddress));
  await automation.encrypt("statusPageKey", HOOK_KEY);
  page = await openTab(browser);
});
test.afterAll(async () => {
  await page.close();
  await receiver.close();
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
  await expect(page.getByRole("grid", { name: "Machines of Group 1" }).getByRole("row")).toHaveCount(3);
});

test("machines are moved into groups of their own and actions of all kinds are added, then it is saved", async () => {
  await page.getByRole("button", { name: "Add group" }).click();
  await page.getByRole("button", { name: "Add group" }).click();
  await page.getByRole("button", { name: "Move CONTOSO-APP to Group 2" }).click();
  await page.getByRole("button", { name: "Move CONTOSO-WEB to Group 2" }).click();
  await page.getByRole("button", { name: "Move CONTOSO-WEB to Group 3" }).click();
  await page.getByRole("button", { name: "Add an action before Group 3" }).click();
  const panel = page.getByRole("dialog", { name: "Add an action" });
  await panel.getByRole("textbox", { name: "Name" }).fill(ACTION);
  await panel.getByRole("button", { name: "Add", exact: true }).click();
  await expectFieldError(panel.getByRole("textbox", { name: "Instructions" }), /what has to be done/);
  await panel.getByRole("textbox", { name: "Instructions" }).fill("Point the load balancer at the replica.");
  await panel.getByRole("button", { name: "Add", exact: true }).click();
  await expect(panel).toBeHidden();
  await addRunbook();
  await addWebhook();
  await expectDisabled(command(page, "Test failover"), /save/i);
  await command(page, "Save").click();
  await expectDisabled(command(page, "Save"), /Nothing was changed/);
  await page.reload();
  for (const [index, machine] of TIERS.entries()) {
    const group = page.getByRole("grid", { name: `Machines of Group ${String(index + 1)}` });
    await expect(group.getByRole("row")).toHaveText([new RegExp(machine)]);
  }
  await expect(page.getByRole("region", { name: "Before Group 3", exact: true })).toContainText(ACTION);
});

test("run as a test it shows a runbook's output as it comes, and halts at the manual action until that is completed", async () => {
  const dialog = await openCommand(page, "Test failover");
  const order = dialog.getByRole("region", { name: "Order of the run" });
  await expect(order.getByRole("listitem").nth(1)).toContainText(`start CONTOSO-SQL; then “${RUNBOOK_ACTION}”`);
  const start = dialog.getByRole("button", { name: "Start test failover" });
  await choose(dialog, "Recovery point of each machine", "Custom");
  await expectDisabled(start, /at least one machine/);
  await choose(dialog, "Recovery point of CONTOSO-SQL", /\d{4}/);
  await start.click();
  await expect(dialog).toBeHidden();
  const running = page.getByRole("region", { name: /^Running: Test failover/ });
  await running.getByRole("link", { name: "Open the job" }).click();
  await expect(page.getByText("Chosen for 1 of the machines", { exact: false })).toBeVisible();

  const output = page.getByRole("log", { name: `Output of ${RUNBOOK_ACTION}` });
  await expect(output).toContainText("records are being switched", { timeout: 60_000 });
  const follow = page.getByRole("button", { name: "Follow the output" });
  // The page moves while steps are added to it: a press can miss.
  await expect(async () => {
    await page.getByRole("button", { name: "Hold the output" }).click({ timeout: 2_000 });
    await expect(follow).toBeVisible({ timeout: 2_000 });
  }).toPass({ timeout: 20_000 });
  receiver.gate = 1;
  await expect(page.getByText("Held. There is more.")).toBeVisible();
  await expect(output).not.toContainText("half of the records");
  await follow.click();
  await expect(output).toContainText("half of the records are switched");
  receiver.gate = 2;
  await expect(output).toContainText("all records are switched", { timeout: 20_000 });
  await expect(page.getByText(`POST ${hookAddress} answered 200`)).toBeVisible({ timeout: 30_000 });
  expect(receiver.calls.map(({ isSignedRight, body }) => [isSignedRight, body.context.FailoverType])).toEqual([
    [true, "Test"],
  ]);

  await completeManualAction("The test network needs no switch.", "balancer.txt");
  await expect(page.getByRole("region", { name: "Group 3", exact: true })).toContainText("Completed by Olga Operator");
  await expect(page.getByRole("link", { name: "balancer.txt" })).toBeVisible();
  await page.getByRole("link", { name: PLAN, exact: true }).click();
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

test("an edit makes the plan one that was not tested, and taking it back the tested one again", async () => {
  const address = `${paths.vault(VAULT)}/replicationRecoveryPlans/${PLAN}`;
  const { groups } = (await arm.get<{ properties: { groups: readonly object[] } }>(address)).properties;
  const swapped = [...groups.slice(0, -2), ...groups.slice(-2).reverse()];
  const save = (order: readonly object[]) => arm.send("PATCH", address, { properties: { groups: order } });
  await expect(page.getByText("Tested", { exact: true })).toBeVisible();
  await save(swapped);
  await expect(page.getByText("Changed since its last test")).toBeVisible();
  await save(groups);
  await expect(page.getByText("Tested", { exact: true })).toBeVisible();
});

test("run as a planned failover no machine loses an order, one is made anew from another point, and the plan is committed", async () => {
  const dialog = await openCommand(page, "Planned failover");
  await tick(dialog, /^Start instantly/);
  await dialog.getByRole("button", { name: "Fail over" }).click();
  await expect(dialog).toBeHidden();
  await completeManualAction("Load balancer switched by the operator on duty.");
  await expect(command(page, "Commit")).not.toHaveAttribute("aria-disabled", "true", { timeout: 60_000 });
  const change = await openCommand(page, "Change recovery point");
  const submit = change.getByRole("button", { name: "Change recovery point" });
  await expectDisabled(submit, /at least one machine/);
  await dropDown(change, "Recovery point of CONTOSO-WEB").click();
  await page.getByRole("option").last().click();
  await submit.click();
  await expect(change).toBeHidden();
  const changing = page.getByRole("region", { name: /^Running: Change recovery point/ });
  await expect(changing).toBeVisible();
  await expect(changing).toBeHidden({ timeout: 60_000 });
  await expect(command(page, "Commit")).not.toHaveAttribute("aria-disabled", "true", { timeout: 60_000 });
  const commit = await openCommand(page, "Commit");
  await commit.getByRole("button", { name: "Commit" }).click();
  await expect(commit).toBeHidden();
  await expectDisabled(command(page, "Commit"), /./);
  const item = new ProtectedItemPage(page);
  const keys = receiver.calls.map(({ idempotencyKey }) => idempotencyKey);
  expect(receiver.calls.map(({ body }) => body.context.FailoverType)).toEqual(["Test", "Planned"]);
  expect(new Set(keys).size).toBe(2);
  for (const machine of TIERS) {
    await item.open(machine);
    expect(await item.measured("Planned failover", "Orders lost")).toBe(0);
    await expect(item.figure("Active location")).toContainText("Azure");
    // They ran before their disks were whole: the plan ended when these were proven.
    await expect(item.evidence("Planned failover").getByText("Identical", { exact: true })).not.toHaveCount(0);
    await expect(item.evidence("Planned failover")).not.toContainText("Checking");
  }
  await expect(item.evidence("Change of recovery point")).toContainText("Succeeded");
});

async function addRunbook(): Promise<void> {
  await page.getByRole("button", { name: "Add an action after Group 1" }).click();
  const panel = page.getByRole("dialog", { name: "Add an action" });
  await panel.getByRole("textbox", { name: "Name" }).fill(RUNBOOK_ACTION);
  await choose(panel, "Kind", "Runbook");
  await expect(dropDown(panel, "Automation account")).not.toContainText("Choose");
  await choose(panel, "Automation account", ACCOUNT);
  await expect(panel.getByText("Looking for the runbooks", { exact: false })).toBeHidden();
  await choose(panel, "Runbook", RUNBOOK);
  await expect(panel.getByText(/version \d+ is published/).first()).toBeVisible();
  await panel.getByRole("button", { name: "Add", exact: true }).click();
  await expect(panel).toBeHidden();
}

async function addWebhook(): Promise<void> {
  await page.getByRole("button", { name: "Add an action after Group 2" }).click();
  const panel = page.getByRole("dialog", { name: "Add an action" });
  await panel.getByRole("textbox", { name: "Name" }).fill(WEBHOOK_ACTION);
  await choose(panel, "Kind", "Webhook");
  await panel.getByRole("textbox", { name: "Address" }).fill(hookAddress);
  await choose(panel, "Signature", `${ACCOUNT} / statusPageKey`);
  await panel.getByRole("button", { name: "Add", exact: true }).click();
  await expect(panel).toBeHidden();
}

async function completeManualAction(comment: string, evidence: string | null = null): Promise<void> {
  const waiting = page.getByRole("region", { name: ACTION });
  await expect(waiting).toContainText("Point the load balancer at the replica.", { timeout: 60_000 });
  const field = waiting.getByRole("textbox", { name: "Comment" });
  await waiting.getByRole("button", { name: "Complete manual action" }).click();
  await expectFieldError(field, /what was done/i);
  if (evidence !== null) {
    const chooser = page.waitForEvent("filechooser");
    await waiting.getByRole("button", { name: "Attach evidence" }).click();
    await (await chooser).setFiles({ name: evidence, mimeType: "text/plain", buffer: Buffer.from("pool: replica") });
    await expect(waiting.getByRole("list", { name: "Attached evidence" })).toContainText(evidence);
  }
  await expectAccessible(page);
  await field.fill(comment);
  await waiting.getByRole("textbox", { name: "Your name" }).fill("Olga Operator");
  await waiting.getByRole("button", { name: "Complete manual action" }).click();
  await expect(waiting).toBeHidden({ timeout: 30_000 });
}
