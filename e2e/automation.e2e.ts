import { expect, type Page } from "@playwright/test";
import { expectAccessible, expectNoSidewaysScrolling, expectReadableInTheDark } from "./support/accessibility";
import { choose, expectDisabled, expectFieldError, tick } from "./support/form";
import { command, openCommand, openNew } from "./support/portal";
import { openTab, test } from "./support/portal-test";

const ACCOUNT = "contoso-automation";
const SECRET = "the-token-of-the-load-balancer";

test.describe.configure({ mode: "serial" });

let page: Page;
test.beforeAll(async ({ browser }) => {
  page = await openTab(browser);
});
test.afterAll(() => page.close());

test("an automation account is made by NEW, which says what a name must be", async () => {
  await page.goto("/automation");
  await expect(page.getByText("No automation accounts yet")).toBeVisible();
  await expect(page.getByRole("region", { name: "Languages on this computer" })).toContainText("JavaScript");
  const drawer = await openNew(page, "Management", "Automation Account");
  const name = drawer.getByRole("textbox", { name: "Name" });
  await name.fill("x");
  await drawer.getByRole("button", { name: "Create automation account" }).click();
  await expectFieldError(name, /6 to 50 characters/);
  await name.fill(ACCOUNT);
  await drawer.getByRole("button", { name: "Create automation account" }).click();
  await page.getByRole("grid", { name: "Automation accounts" }).getByRole("link", { name: ACCOUNT }).click();
  await expect(page.getByText("No runbooks yet")).toBeVisible();
});

test("an encrypted variable is taken, and never shown again", async () => {
  await page.getByRole("navigation", { name: "Automation account" }).getByRole("link", { name: "Variables" }).click();
  await page.getByRole("button", { name: "Create variable" }).click();
  const panel = page.getByRole("dialog", { name: "Create variable" });
  await panel.getByRole("textbox", { name: "Name" }).fill("ApiToken");
  await tick(panel, /^Encrypted/);
  await panel.getByRole("textbox", { name: "Value" }).fill("abc");
  await panel.getByRole("button", { name: "Create variable" }).click();
  await expectFieldError(panel.getByRole("textbox", { name: "Value" }), /mask/);
  await panel.getByRole("textbox", { name: "Value" }).fill(SECRET);
  await panel.getByRole("button", { name: "Create variable" }).click();
  await expect(panel).toBeHidden();
  const row = page.getByRole("grid", { name: "Variables" }).getByRole("row", { name: /ApiToken/ });
  await expect(row).toContainText("Encrypted, not shown");
  await page.reload();
  await expect(row).toBeVisible();
  await row.getByRole("button", { name: "Change ApiToken" }).click();
  const change = page.getByRole("dialog", { name: "Change ApiToken" });
  await expect(change.getByRole("textbox", { name: "Value" })).toHaveValue("");
  expect(await page.content()).not.toContain(SECRET);
  await change.getByRole("button", { name: "Cancel" }).click();
});

test("a JavaScript runbook begins with a text that runs; a test of the draft shows its output live", async () => {
  await createRunbook("notify", "JavaScript");
  const editor = page.getByRole("textbox", { name: "Script" });
  await expect(editor).toHaveValue(/context\.RecoveryPlanName/);
  await runTest();
  await expect(output()).toContainText("Plan trial, group 1: Test failover");
  await expect(status()).toContainText("Completed");
  await editor.fill(
    [
      "// @variable ApiToken",
      'console.log("first line");',
      "console.log(`token ${process.env.SECONDSITE_VARIABLE_APITOKEN}`);",
      "await new Promise((resolve) => setTimeout(resolve, 4000));",
      'console.log("last line");',
    ].join("\n"),
  );
  await expectDisabled(command(page, "Test draft"), /Save the draft first/);
  await saveDraft();
  await runTest();
  await expect(output()).toContainText("first line");
  await expect(status()).toContainText("Running");
  await expect(output()).not.toContainText("last line");
  await expect(output()).toContainText("token ********");
  await expect(output()).toContainText("last line", { timeout: 20_000 });
  await expect(status()).toContainText("Completed");
  expect(await page.content()).not.toContain(SECRET);
});

test("Tab indents in the editor, and Esc and Tab lead out of it", async () => {
  const editor = page.getByRole("textbox", { name: "Script" });
  await editor.fill("");
  await editor.press("Tab");
  await expect(editor).toHaveValue("  ");
  await expect(editor).toBeFocused();
  await editor.press("Escape");
  await editor.press("Tab");
  await expect(editor).not.toBeFocused();
  await page.reload();
});

test("publishing shows what changes, makes versions, and an older one can be restored", async () => {
  const editor = page.getByRole("textbox", { name: "Script" });
  await publish(/can run it from then on/);
  await expect(page.getByText("Version 1 published").first()).toBeVisible();
  await expectDisabled(command(page, "Publish"), /no draft/);
  await editor.fill('console.log("another text");\n');
  await saveDraft();
  await expect(page.getByText("Version 1 published, in edit")).toBeVisible();
  await publish(/another text/);
  const versions = page.getByRole("grid", { name: "Versions" });
  await expect(versions.getByRole("row", { name: /^2 \(published\)/ })).toBeVisible();
  await versions.getByRole("button", { name: "View version 1" }).click();
  const view = page.getByRole("dialog", { name: /Version 1/ });
  await expect(view).toContainText("first line");
  await page.keyboard.press("Escape");
  await expect(view).toBeHidden();
  await versions.getByRole("button", { name: "Restore version 1 to the draft" }).click();
  await expect(editor).toHaveValue(/first line/);
  await saveDraft();
  const discard = await openCommand(page, "Discard draft");
  await discard.getByRole("button", { name: "Discard draft" }).click();
  await expect(editor).toHaveValue(/another text/);
});

test("a broken script shows its error with what it printed, and one that hangs can be stopped", async () => {
  await createRunbook("broken", "Shell");
  const editor = page.getByRole("textbox", { name: "Script" });
  await editor.fill("echo 'no route to the load balancer' >&2\nexit 3\n");
  await saveDraft();
  await runTest();
  await expect(status()).toContainText("Failed");
  await expect(run().getByRole("alert")).toContainText("exit code 3");
  await expect(run().getByRole("alert")).toContainText("no route to the load balancer");
  await editor.fill("echo waiting; sleep 1000\n");
  await saveDraft();
  await runTest();
  await expect(output()).toContainText("waiting");
  await run().getByRole("button", { name: "Stop" }).click();
  await expect(status()).toContainText("Stopped", { timeout: 20_000 });
});

test("every run is listed with what it printed, and the pages fit everybody", async () => {
  await page.getByRole("navigation", { name: "Automation account" }).getByRole("link", { name: "Jobs" }).click();
  const jobs = page.getByRole("grid", { name: "Jobs" });
  await expect(jobs.getByRole("row", { name: /broken/ })).toHaveCount(2);
  const failed = jobs.getByRole("row", { name: /broken/ }).filter({ hasText: "Failed" });
  await failed.getByRole("link").click();
  await expect(output()).toContainText("no route to the load balancer");
  for (const address of ["/automation", "runbooks", "runbooks/notify", "variables", "jobs"]) {
    await page.goto(address.startsWith("/") ? address : `/automation/${ACCOUNT}/${address}`);
    await expect(page.getByText(/^Loading/)).toHaveCount(0);
    await expectAccessible(page);
    await expectReadableInTheDark(page);
    await expectNoSidewaysScrolling(page, 390);
  }
});

const run = () => page.getByRole("region", { name: /^(Test output|Newest run|Run)$/ });
const output = () => run().getByRole("log", { name: "Output" });
const status = () => run().getByRole("definition").first();

async function createRunbook(name: string, language: string): Promise<void> {
  await page.goto(`/automation/${ACCOUNT}/runbooks`);
  await page.getByRole("button", { name: "Create runbook" }).click();
  const panel = page.getByRole("dialog", { name: "Create runbook" });
  await panel.getByRole("textbox", { name: "Name" }).fill(name);
  await choose(panel, "Language", new RegExp(`^${language}`));
  await panel.getByRole("button", { name: "Create runbook" }).click();
  await expect(page.getByRole("heading", { level: 2, name })).toBeVisible();
}

async function saveDraft(): Promise<void> {
  await command(page, "Save draft").click();
  await expectDisabled(command(page, "Save draft"), /Nothing was changed/);
}

async function runTest(): Promise<void> {
  const dialog = await openCommand(page, "Test draft");
  await dialog.getByRole("button", { name: "Start test" }).click();
  await expect(dialog).toBeHidden();
}

async function publish(expected: RegExp): Promise<void> {
  const dialog = await openCommand(page, "Publish");
  await expect(dialog).toContainText(expected);
  await dialog.getByRole("button", { name: "Publish runbook" }).click();
  await expect(dialog).toBeHidden();
}
