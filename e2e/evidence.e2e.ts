import { execFile } from "node:child_process";
import fs from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { expect, type Download, type Page } from "@playwright/test";
import { expectAccessible } from "./support/accessibility";
import { tabAddress } from "./support/contoso";
import { command } from "./support/portal";
import { test } from "./support/portal-test";

const run = promisify(execFile);
const PROGRAM = path.resolve("bin/secondsite.mjs");

/** Exit code and what was printed. */
async function verify(...args: readonly string[]): Promise<{ code: number; printed: string }> {
  try {
    const { stdout } = await run(process.execPath, [PROGRAM, "report", "verify", ...args]);
    return { code: 0, printed: stdout };
  } catch (error) {
    const failed = error as { code: number; stdout: string };
    return { code: failed.code, printed: failed.stdout };
  }
}

async function download(page: Page, name: string): Promise<Download> {
  const started = page.waitForEvent("download");
  await command(page, name).click();
  return started;
}

test("a run's page has all that was measured, and a picture of the console", async ({ page }) => {
  await page.goto(tabAddress("evidence"));
  const runs = page.getByRole("grid", { name: "Runs" });
  await expect(runs.getByRole("row", { name: /Test failover of/ }).first()).toContainText("Succeeded");
  await runs.getByRole("link", { name: "Test failover of CONTOSO-SQL" }).last().click();
  const machine = page.getByRole("region", { name: "CONTOSO-SQL" });
  await expect(machine.getByText("Identical", { exact: true })).toHaveCount(2);
  const picture = machine.getByRole("img", { name: /Console of sql-replica-test/ });
  await expect.poll(() => picture.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBeGreaterThan(300);
  const cleanup = page.getByRole("region", { name: "Cleanup" });
  await expect(cleanup).toContainText("A listing shows that nothing is left.");
  await expect(cleanup).toContainText("virtual machine sql-replica-test (running");
  await expectAccessible(page);
});

test("its report is valid as it was downloaded, and one changed byte is found", async ({ page }) => {
  await page.goto(tabAddress("evidence"));
  const fingerprint = await page.getByText(/^[0-9a-f]{64}$/).textContent();
  await page.getByRole("grid", { name: "Runs" }).getByRole("link").last().click();
  await page.getByRole("textbox", { name: "New note" }).fill("The auditor looked on.");
  await page.getByRole("button", { name: "Add note" }).click();
  await expect(page.getByRole("list", { name: "Notes" })).toContainText("The auditor looked on.");
  for (const format of ["PDF", "HTML", "JSON"]) {
    const file = await (await download(page, `Report as ${format}`)).path();
    const sound = await verify(file, "--key", fingerprint ?? "");
    expect(sound.printed).toContain("no byte was changed");
    expect(sound.code).toBe(0);
    const bytes = await fs.readFile(file);
    const middle = Math.floor(bytes.length / 2);
    bytes[middle] = (bytes[middle] ?? 0) ^ 1;
    const tampered = `${file}.tampered`;
    await fs.writeFile(tampered, bytes);
    expect(await verify(tampered, "--key", fingerprint ?? "")).toMatchObject({ code: 1 });
    expect((await verify(file, "--key", "0".repeat(64))).code).toBe(1);
  }
});

test("targets are what the next run is measured against", async ({ page }) => {
  await page.goto(tabAddress("evidence"));
  await page.getByRole("textbox", { name: "RTO in seconds" }).fill("600");
  await page.getByRole("button", { name: "Save targets" }).click();
  await page.reload();
  await expect(page.getByRole("textbox", { name: "RTO in seconds" })).toHaveValue("600");
});

test("a machine's application check is kept, and a pattern that is none is refused with its reason", async ({
  page,
}) => {
  await page.goto(tabAddress("protected-items"));
  await page.getByRole("link", { name: "CONTOSO-SQL" }).click();
  const card = page.getByRole("region", { name: "Application check" });
  await card.getByRole("button", { name: /Check/ }).first().click();
  await page.getByRole("option", { name: "A pattern on the serial console" }).click();
  await card.getByRole("textbox", { name: "Pattern" }).fill("(");
  await card.getByRole("button", { name: "Save check" }).click();
  await expect(card.getByRole("alert")).toContainText("The pattern cannot be used");
  await card.getByRole("textbox", { name: "Pattern" }).fill("orders=[0-9]+");
  await card.getByRole("button", { name: "Save check" }).click();
  await expect(card.getByRole("alert")).toBeHidden();
  await page.reload();
  await expect(card.getByRole("textbox", { name: "Pattern" })).toHaveValue("orders=[0-9]+");
});
