import { expect, type Page } from "@playwright/test";
import { expectAccessible, expectNoSidewaysScrolling, expectReadableInTheDark } from "./support/accessibility";
import { tabAddress, TEST_NETWORK } from "./support/contoso";
import { choose, expectDisabled, expectFieldError } from "./support/form";
import { command, openCommand } from "./support/portal";
import { openTab, test } from "./support/portal-test";

/** A plan of one machine, drilled without anybody: it is tested, cleaned up, and the score has heard of it. */
test.describe.configure({ mode: "serial" });

const DRILL = "saturday-night";
const DRILL_PLAN = "web-alone";

let page: Page;

test.beforeAll(async ({ browser }) => {
  page = await openTab(browser);
});
test.afterAll(async () => {
  await page.close();
});

const part = (title: string | RegExp) => page.getByRole("listitem").filter({ hasText: title });

test("the readiness of the vault says what is wanting, part by part, and where it is cured", async () => {
  await page.goto(tabAddress("recovery-plans"));
  const panel = await openCommand(page, "Create plan");
  await panel.getByRole("textbox", { name: "Name" }).fill(DRILL_PLAN);
  await panel.getByRole("row", { name: "CONTOSO-WEB" }).getByRole("checkbox").check({ force: true });
  await panel.getByRole("button", { name: "Create plan" }).click();
  await expect(panel).toBeHidden();
  await page.goto(tabAddress("readiness"));
  await expect(page.getByRole("group", { name: "Readiness score" })).toContainText(/\d+ of 100/);
  await expect(part("The last drill of each schedule succeeded")).toContainText("No drill is enabled.");
  await expect(part("Every recovery plan was tested as it is now")).toContainText(`${DRILL_PLAN}: never tested`);
  await expect(part("The vault is unlocked")).toContainText("Met");
  await expect(page.getByRole("grid", { name: "Machines that were not tested" })).toContainText("CONTOSO-WEB");
  await expectAccessible(page);
  await expectReadableInTheDark(page);
  await expectNoSidewaysScrolling(page, 390);
});

test("a drill is created with its schedule read out in words and dates", async () => {
  await part("The last drill of each schedule succeeded").getByRole("link", { name: "Drills" }).click();
  await expect(page.getByRole("heading", { name: "No drill yet" })).toBeVisible();
  const panel = await openCommand(page, "Create drill");
  await panel.getByRole("textbox", { name: "Name" }).fill(DRILL);
  await choose(panel, "Recovery plan", DRILL_PLAN);
  const cron = panel.getByRole("textbox", { name: "Cron expression" });
  await cron.fill("0 25 * * *");
  await expectFieldError(cron, /hour: 25/);
  await cron.fill("30 3 * * 7");
  const starts = panel.getByRole("group", { name: "The next five starts" });
  await expect(starts).toContainText("At 03:30, only on Sunday");
  await expect(starts.getByRole("listitem")).toHaveCount(5);
  await panel.getByRole("button", { name: "Add a window" }).click();
  await panel.getByRole("textbox", { name: "Until" }).fill("02:00");
  await expect(starts.getByText("(outside the windows)")).toHaveCount(5);
  await panel.getByRole("button", { name: "Remove window 1" }).click();
  await choose(panel, "Isolated network", TEST_NETWORK);
  await panel.getByRole("textbox", { name: "Minutes that the test stays up" }).fill("0");
  await expectAccessible(page);
  await panel.getByRole("button", { name: "Create drill" }).click();
  await expect(panel).toBeHidden();
  await expect(page.getByRole("list", { name: "Next starts" }).getByRole("listitem")).toHaveCount(5);
});

test("run now it tests the plan, cleans up, and the history says so", async () => {
  const dialog = await openCommand(page, "Run now");
  await dialog.getByRole("button", { name: "Run drill" }).click();
  await expect(dialog).toBeHidden();
  await expectDisabled(command(page, "Run now"), /under way/);
  const history = page.getByRole("grid", { name: "History" });
  await expect(history.getByRole("row").filter({ hasText: "Succeeded" })).toHaveCount(1, { timeout: 90_000 });
  await expect(history.getByRole("link", { name: "Cleanup" })).toBeVisible();
  await expectAccessible(page);
  await expectReadableInTheDark(page);
  await expectNoSidewaysScrolling(page, 390);
  await history.getByRole("link", { name: "Drill" }).click();
  const steps = page.getByRole("list", { name: "Steps" });
  await expect(steps.getByRole("listitem").filter({ hasText: "Verify that nothing is left" })).toContainText(
    "Succeeded",
  );
  await page.goto("/virtual-machines");
  await expect(page.getByText("CONTOSO-WEB-test")).toHaveCount(0);
});

test("the readiness has heard of it", async () => {
  await page.goto(tabAddress("readiness"));
  await expect(part("The last drill of each schedule succeeded")).toContainText("Met");
  await expect(part("Every recovery plan was tested as it is now")).toContainText("Met");
  await expect(page.getByRole("grid", { name: "Machines that were not tested" })).not.toContainText("CONTOSO-WEB");
});

test("its next start is left out, and it is paused", async () => {
  await page.goto(tabAddress("drills"));
  await page.getByRole("link", { name: DRILL }).click();
  await command(page, "Skip next").click();
  await expect(page.getByRole("list", { name: "Next starts" })).toContainText("left out by a person");
  await command(page, "Pause").click();
  await expect(page.getByText("It is paused: enable it to let it start.")).toBeVisible();
  await expectDisabled(command(page, "Skip next"), /paused/);
  await expect(command(page, "Enable")).toBeVisible();
});
