import { expect, type Page } from "@playwright/test";
import { ArmDriver, paths } from "@/lib/testing/drive/arm-driver";
import { expectAccessible } from "./support/accessibility";
import { GROUP, MACHINES, PRODUCTION_NETWORK, VAULT, tabAddress } from "./support/contoso";
import { choose, dropDown } from "./support/form";
import { openCommand, vaultTab } from "./support/portal";
import { expectStepDone } from "./support/tutorial";
import { openTab, test } from "./support/portal-test";
import { portalOf } from "./support/portals";
import { ProtectedItemPage } from "./support/protected-item";

test.describe.configure({ mode: "serial" });

const arm = new ArmDriver(portalOf("people").origin);

let page: Page;

test.beforeAll(async ({ browser }) => {
  page = await openTab(browser);
});
test.afterAll(async () => {
  await page.close();
});

test("discovered machines are listed with their disks, and several are protected at once", async () => {
  await page.goto(tabAddress("protected-items"));
  await expect(page.getByText("No machine is protected here yet")).toBeVisible();
  const panel = await openCommand(page, "Enable protection");
  const machines = panel.getByRole("grid", { name: "Discovered machines" });
  for (const name of MACHINES) await expect(machines.getByRole("row", { name })).toContainText("Can be protected");
  await expect(machines.getByRole("row", { name: "CONTOSO-SQL" })).toContainText(/10 GiB.*64 MiB/);
  await machines.getByRole("checkbox", { name: "Select All" }).check({ force: true });

  const sql = panel.getByRole("group", { name: "CONTOSO-SQL" });
  await choose(sql, "Network", PRODUCTION_NETWORK);
  await expect(dropDown(sql, "Subnet")).toContainText("default");
  await expect(sql.getByRole("checkbox")).toHaveCount(2);
  await sql.getByRole("textbox", { name: "Name in Azure" }).fill("sql-replica");
  await choose(sql, "Size", /Standard/);
  await expectAccessible(page);
  await panel.getByRole("button", { name: `Protect ${String(MACHINES.length)} machines` }).click();
  await expect(panel).toBeHidden({ timeout: 30_000 });
});

test("initial replication shows measured progress, then every machine is Protected with a live RPO", async () => {
  const list = page.getByRole("grid", { name: "Protected items" });
  await expect(
    list
      .getByRole("row")
      .filter({ hasText: /Enabling|Initial replication|%/ })
      .first(),
  ).toBeVisible();
  for (const name of MACHINES) {
    const row = list.getByRole("row", { name: new RegExp(name) });
    await expect(row).toContainText("Protected", { timeout: 60_000 });
    await expect(row).toContainText(/\d+(\.\d+)? s/);
  }
});

test("recovery points appear by themselves, each with its orders, changed bytes and hashes", async () => {
  const item = new ProtectedItemPage(page);
  await item.open("CONTOSO-SQL");
  await item.expectState("Protected");
  const newest = item.points().first();
  await expect(newest).toContainText(/\d/);
  await expect(newest).toContainText(/[0-9a-f]{8}…/);
  const before = await item.points().count();
  await expect.poll(() => item.points().count(), { timeout: 60_000 }).toBeGreaterThan(before);
  await expect(page.getByRole("region", { name: "Settings" })).toContainText("sql-replica");
});

test("under a continuous policy recovery points come every few seconds", async () => {
  const item = new ProtectedItemPage(page);
  await item.open("CONTOSO-WEB");
  const policy = `${paths.vault(VAULT)}/replicationPolicies/${GROUP}`;
  const replicate = (settings: object) =>
    arm.send("PATCH", policy, {
      properties: { replicationProviderSettings: { instanceType: "HyperVReplicaAzure", ...settings } },
    });
  await replicate({ continuous: true });
  try {
    await expect(page.getByText("continuous: a new one every 5 s")).toBeVisible({ timeout: 30_000 });
    const before = await item.points().count();
    // At intervals of 30 seconds there would be two at most.
    await expect.poll(() => item.points().count(), { timeout: 40_000 }).toBeGreaterThanOrEqual(before + 3);
  } finally {
    await replicate({ replicationInterval: 30 });
  }
});

test("the tutorial has found the protected machines by itself", async () => {
  await vaultTab(page, "Quick Start").click();
  await expectStepDone(page, "Add virtual machines to the protection group", /5 of 5 machines/);
  await vaultTab(page, "Dashboard").click();
  await expect(page.getByRole("heading", { name: VAULT })).toBeVisible();
});
