import { readFile } from "node:fs/promises";
import { expect, type Locator, type Page } from "@playwright/test";
import { expectAccessible, expectNoSidewaysScrolling, expectReadableInTheDark } from "./support/accessibility";
import { tabAddress } from "./support/contoso";
import { choose, expectDisabled, expectFieldError } from "./support/form";
import { command, openCommand, vaultTab } from "./support/portal";
import { openTab, test } from "./support/portal-test";

/** A plan of its own, that is never run: arranged with the pointer, with the keyboard alone, and as a document. */
test.describe.configure({ mode: "serial" });

const PLAN = "editor-plan";
const CLONE = "editor-plan-copy";
const TIERS = ["CONTOSO-SQL", "CONTOSO-APP", "CONTOSO-WEB"] as const;

let page: Page;
/** The plan as it was exported. */
let exported = "";

test.beforeAll(async ({ browser }) => {
  page = await openTab(browser);
  await page.setViewportSize({ width: 1440, height: 1600 });
});
test.afterAll(async () => {
  await page.close();
});

const groupOf = (group: number) => page.getByRole("region", { name: `Group ${String(group)}`, exact: true });
const machinesOf = (group: number) => page.getByRole("grid", { name: `Machines of Group ${String(group)}` });
const actionsOf = (place: string) => page.getByRole("grid", { name: `Actions ${place}` });

/** The names in the rows of a list, in their order. */
const expectRows = (list: Locator, names: readonly string[]) =>
  expect
    .poll(() =>
      list.locator("[role=row][data-key]").evaluateAll((rows) => rows.map((row) => row.getAttribute("aria-label"))),
    )
    .toEqual(names);

test("machines are dragged with the pointer, between groups and before one another, and it can be undone", async () => {
  await page.goto(tabAddress("recovery-plans"));
  const panel = await openCommand(page, "Create plan");
  await panel.getByRole("textbox", { name: "Name" }).fill(PLAN);
  for (const machine of TIERS)
    await panel.getByRole("row", { name: machine }).getByRole("checkbox").check({ force: true });
  await panel.getByRole("button", { name: "Create plan" }).click();
  await expect(panel).toBeHidden();
  await expect(machinesOf(1).getByRole("row")).toHaveCount(3);

  await page.getByRole("button", { name: "Add group" }).click();
  await dragTo(machinesOf(1).getByRole("row", { name: "CONTOSO-APP" }), machinesOf(2), 0.5);
  await expectRows(machinesOf(2), ["CONTOSO-APP"]);
  await dragTo(machinesOf(1).getByRole("row", { name: "CONTOSO-WEB" }), machinesOf(2).getByRole("row"), 0.1);
  await expectRows(machinesOf(2), ["CONTOSO-WEB", "CONTOSO-APP"]);

  await page.getByRole("button", { name: "Undo" }).click();
  await expectRows(machinesOf(2), ["CONTOSO-APP"]);
  await expectRows(machinesOf(1), ["CONTOSO-SQL", "CONTOSO-WEB"]);
  await page.keyboard.press("Control+z");
  await expectDisabled(command(page, "Save"), /Group 2 is empty/);
  await page.getByRole("button", { name: "Redo" }).click();
  await expectRows(machinesOf(2), ["CONTOSO-APP"]);

  // A group with all that is in it, to the place of another.
  await dragTo(page.getByRole("button", { name: "Drag Group 2" }), groupOf(1).getByRole("heading", { level: 2 }), 0.5);
  await expectRows(machinesOf(1), ["CONTOSO-APP"]);
  await expectRows(machinesOf(2), ["CONTOSO-SQL", "CONTOSO-WEB"]);
  await page.getByRole("button", { name: "Undo" }).click();
  await expectRows(machinesOf(2), ["CONTOSO-APP"]);
});

test("machines, actions and groups are moved with the keyboard alone", async () => {
  await page.getByRole("button", { name: "Add group" }).focus();
  await page.keyboard.press("Enter");
  // Pick up, to the list of the third group, drop.
  await pickUp(machinesOf(1), "CONTOSO-WEB");
  await tabTo(machinesOf(3));
  await page.keyboard.press("Enter");
  await expectRows(machinesOf(3), ["CONTOSO-WEB"]);
  // Escape gives up.
  await pickUp(machinesOf(3), "CONTOSO-WEB");
  await tabTo(machinesOf(2));
  await page.keyboard.press("Escape");
  await expectRows(machinesOf(3), ["CONTOSO-WEB"]);

  await addManualAction("before Group 3", "Switch the load balancer");
  await addManualAction("before Group 3", "Tell the users");
  await actionsOf("before Group 3").getByRole("button", { name: "Move Tell the users up" }).focus();
  await page.keyboard.press("Enter");
  await expectRows(actionsOf("before Group 3"), ["Tell the users", "Switch the load balancer"]);
  await pickUp(actionsOf("before Group 3"), "Tell the users");
  await tabTo(actionsOf("after Group 3"));
  await page.keyboard.press("Enter");
  await expectRows(actionsOf("after Group 3"), ["Tell the users"]);
  await expect(actionsOf("after Group 3").getByRole("row", { name: "Tell the users" })).toBeFocused();

  await page.getByRole("button", { name: "Drag Group 3" }).focus();
  await page.keyboard.press("Enter");
  for (let presses = 0; presses < 4 && !(await isFocused(groupOf(1))); presses += 1) await page.keyboard.press("Tab");
  await expect(groupOf(1)).toBeFocused();
  await page.keyboard.press("Enter");
  await expectRows(machinesOf(1), ["CONTOSO-WEB"]);
  await expectRows(machinesOf(2), ["CONTOSO-SQL"]);
  await page.keyboard.press("Control+z");
  await expectRows(machinesOf(3), ["CONTOSO-WEB"]);
  await page.getByRole("button", { name: "Move Group 3 up" }).focus();
  await page.keyboard.press("Enter");
  await expectRows(machinesOf(2), ["CONTOSO-WEB"]);
  await expectRows(actionsOf("before Group 2"), ["Switch the load balancer"]);
  await page.keyboard.press("Control+z");
  await expectRows(machinesOf(3), ["CONTOSO-WEB"]);
});

test("an action says at its fields what is wrong, and only what is right comes into the plan", async () => {
  await page.getByRole("button", { name: "Add an action after Group 1" }).click();
  const panel = page.getByRole("dialog", { name: "Add an action" });
  await choose(panel, "Kind", "Webhook");
  await panel.getByRole("textbox", { name: "Address" }).fill("ftp://status.example");
  await panel.getByRole("textbox", { name: "Time limit, in seconds" }).fill("0");
  await panel.getByRole("button", { name: "Add", exact: true }).click();
  await expectFieldError(panel.getByRole("textbox", { name: "Name" }), /name/);
  await expectFieldError(panel.getByRole("textbox", { name: "Address" }), /https/);
  await expectFieldError(panel.getByRole("textbox", { name: "Time limit, in seconds" }), /from 1 to/);
  await expectAccessible(page);
  await choose(panel, "Kind", "Runbook");
  await panel.getByRole("button", { name: "Add", exact: true }).click();
  await expect(panel.getByText("Choose a runbook.")).toBeVisible();
  await choose(panel, "Kind", "Webhook");
  await panel.getByRole("textbox", { name: "Name" }).fill("Tell the status page");
  await panel.getByRole("textbox", { name: "Address" }).fill("https://status.example/hook");
  await panel.getByRole("textbox", { name: "Time limit, in seconds" }).fill("30");
  await panel.getByRole("checkbox", { name: "After test cleanup" }).check({ force: true });
  await choose(panel, "When it fails", "Mark it and go on");
  await panel.getByRole("button", { name: "Add", exact: true }).click();
  await expect(actionsOf("after Group 1")).toContainText("Webhook status.example, unsigned, limit 30 s");
  await expect(actionsOf("after Group 1")).toContainText("after test cleanup");
});

test("changes that are not saved are not lost by following a link", async () => {
  await vaultTab(page, "Jobs").click();
  const question = page.getByRole("alertdialog", { name: "Leave without saving?" });
  await question.getByRole("button", { name: "Cancel" }).click();
  await expectRows(machinesOf(3), ["CONTOSO-WEB"]);
  await command(page, "Save").click();
  await expectDisabled(command(page, "Save"), /Nothing was changed/);
  await expect(page.getByText("Never tested")).toBeVisible();
  await page.reload();
  for (const [index, machine] of TIERS.entries()) await expectRows(machinesOf(index + 1), [machine]);
  await expectAccessible(page);
  await expectReadableInTheDark(page);
  await expectNoSidewaysScrolling(page, 390);
});

test("validation says of every machine and action whether it is ready, and what is in the way", async () => {
  const panel = await openCommand(page, "Validate");
  await panel.getByRole("button", { name: "Validate", exact: true }).click();
  const result = panel.getByRole("region", { name: "Result of the validation" });
  await expect(result).toContainText("Ready: 3 machines would take part.");
  await expect(result).toContainText("Nothing was changed.");
  await expect(result.getByRole("list", { name: "Actions" }).getByRole("listitem").first()).toContainText("Ready");
  await choose(panel, "Kind of run", "Failback");
  await expect(result).toBeHidden();
  await panel.getByRole("button", { name: "Validate", exact: true }).click();
  // Nothing of the plan is in Azure: there is nothing to fail back, and it is said of each machine and what to do.
  await expect(result).toContainText("Not ready");
  await expect(result).toContainText("Cure:");
  const machines = result.getByRole("list", { name: "Machines" }).getByRole("listitem");
  await expect(machines).toHaveText(TIERS.map((name) => new RegExp(`${name}.*runs at its site`, "s")));
  await expectAccessible(page);
  await panel.getByRole("button", { name: "Cancel" }).click();
});

test("the plan is exported, and imported again it changes nothing", async () => {
  const panel = await openCommand(page, "Export");
  const download = page.waitForEvent("download");
  await panel.getByRole("button", { name: "Download" }).click();
  exported = await readFile(await (await download).path(), "utf8");
  await expect(panel.getByRole("region", { name: "The plan as YAML" })).toContainText("Tell the status page");
  await expectAccessible(page);
  await panel.getByRole("button", { name: "Close" }).last().click();

  const importing = await openCommand(page, "Import");
  await importing.getByRole("textbox", { name: "Document" }).fill(exported);
  await importing.getByRole("button", { name: "Compare" }).click();
  await expect(importing.getByText("nothing would change", { exact: false })).toBeVisible();
  await importing.getByRole("button", { name: "Cancel" }).click();
});

test("a changed document shows what would change before it does; a broken one is refused at its line", async () => {
  const panel = await openCommand(page, "Import");
  const text = panel.getByRole("textbox", { name: "Document" });
  await text.fill(exported.replace(/^site: .*$/m, "$&\nsiet: twice"));
  await panel.getByRole("button", { name: "Compare" }).click();
  await expectFieldError(text, /siet/);
  await expectAccessible(page);

  await text.fill(exported.replace("timeoutSeconds: 30", "timeoutSeconds: 45"));
  await panel.getByRole("button", { name: "Compare" }).click();
  const differences = panel.getByRole("list", { name: "What would change" });
  await expect(differences.getByRole("listitem").filter({ hasText: "added:" })).toContainText("45");
  await expect(differences.getByRole("listitem").filter({ hasText: "removed:" })).toContainText("30");
  await panel.getByRole("button", { name: "Apply changes" }).click();
  await expect(panel).toBeHidden();
  await expect(actionsOf("after Group 1")).toContainText("limit 45 s");
});

test("a plan is cloned; vaults may allow more groups than Azure; both plans are deleted", async () => {
  const clone = await openCommand(page, "Clone");
  await clone.getByRole("textbox", { name: "Name of the new plan" }).fill(CLONE);
  await clone.getByRole("button", { name: "Clone plan" }).click();
  await expect(page).toHaveTitle(new RegExp(CLONE));
  await expect(actionsOf("after Group 1")).toContainText("limit 45 s");
  await setGroupsAllowed("3");
  await page.getByRole("link", { name: CLONE, exact: true }).click();
  await expectDisabled(page.getByRole("button", { name: "Add group" }), /at most 3 groups/);
  await setGroupsAllowed("7");
  for (const name of [CLONE, PLAN]) {
    await page.getByRole("link", { name, exact: true }).click();
    const question = await openCommand(page, "Delete");
    await question.getByRole("button", { name: "Delete plan" }).click();
    await expect(page).toHaveURL(/recovery-plans$/);
    await expect(page.getByRole("link", { name, exact: true })).toBeHidden();
  }
});

async function setGroupsAllowed(count: string): Promise<void> {
  await vaultTab(page, "Recovery Plans").click();
  const settings = await openCommand(page, "Plan settings");
  await settings.getByRole("textbox", { name: "Groups that a plan may have" }).fill(count);
  await settings.getByRole("button", { name: "Save settings" }).click();
  await expect(settings).toBeHidden();
}

async function addManualAction(place: string, name: string): Promise<void> {
  const opener = page.getByRole("button", { name: `Add an action ${place}` });
  await opener.focus();
  await page.keyboard.press("Enter");
  const panel = page.getByRole("dialog", { name: "Add an action" });
  await expect(panel.getByRole("textbox", { name: "Name" })).toBeFocused();
  await page.keyboard.type(name);
  await panel.getByRole("textbox", { name: "Instructions" }).focus();
  await page.keyboard.type("As the handbook says.");
  await panel.getByRole("textbox", { name: "Overdue after, in minutes" }).focus();
  await page.keyboard.press("Enter");
  await expect(panel).toBeHidden();
  // The focus is back where it was: until then a key would go astray.
  await expect(opener).toBeFocused();
}

/** Drags as a hand does: press, move in steps, let go at that part of the target's height. */
async function dragTo(row: Locator, target: Locator, height: number): Promise<void> {
  await row.hover();
  await page.mouse.down();
  const box = await target.boundingBox();
  if (box === null) throw new Error("the place to drop on is not on the page");
  await page.mouse.move(box.x + 80, box.y + box.height * height, { steps: 8 });
  await page.mouse.move(box.x + 84, box.y + box.height * height, { steps: 2 });
  await page.mouse.up();
}

/** Arrows to the row, Tab to its handle, Enter: the focus goes to the first place where it can be dropped. */
async function pickUp(list: Locator, name: string): Promise<void> {
  await list.getByRole("row").first().focus();
  const row = list.getByRole("row", { name });
  for (let presses = 0; presses < 5 && !(await isFocused(row)); presses += 1) await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Tab");
  await expect(list.getByRole("button", { name: `Drag ${name}` })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.locator(":focus")).toHaveAttribute("aria-roledescription", "drop indicator");
}

const isFocused = (locator: Locator) => locator.evaluate((element) => element === document.activeElement);

/** While something is picked up, Tab goes from list to list. */
async function tabTo(list: Locator): Promise<void> {
  const isThere = () => list.evaluate((element) => element.contains(document.activeElement));
  for (let presses = 0; presses < 12 && !(await isThere()); presses += 1) await page.keyboard.press("Tab");
  expect(await isThere()).toBe(true);
}
