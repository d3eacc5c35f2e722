import { expect, type Page } from "@playwright/test";
import { ArmDriver, paths } from "@/lib/testing/drive/arm-driver";
import { expectAccessible } from "./support/accessibility";
import { PASSPHRASE, PRODUCTION_NETWORK, tabAddress, TEST_NETWORK } from "./support/contoso";
import { choose, expectDisabled, tick } from "./support/form";
import { command, openCommand, openNew, service } from "./support/portal";
import { openTab, test } from "./support/portal-test";
import { portalOf } from "./support/portals";
import { ProtectedItemPage } from "./support/protected-item";
import { expectStepDone, tutorialStep } from "./support/tutorial";

/** From no VMware site at all to a machine that was in Azure and is back, in a vault of its own. */
test.describe.configure({ mode: "serial" });

const VAULT = "contoso-vmware";
const SITE = "contoso-datacenter";
const GROUP = "contoso-gold";
const MACHINE = "CONTOSO-ERP";
const arm = new ArmDriver(portalOf("people").origin);

let page: Page;
let item: ProtectedItemPage;

test.beforeAll(async ({ browser }) => {
  page = await openTab(browser);
  item = new ProtectedItemPage(page, VAULT);
});
test.afterAll(async () => {
  await page.close();
});

test("a VMware demo site is made, and its machines run", async () => {
  await page.goto("/sites");
  const panel = await openCommand(page, "Add VMware demo site");
  await expect(panel.getByRole("textbox", { name: "Name of the site" })).toHaveValue(SITE);
  await expectAccessible(page);
  await panel.getByRole("button", { name: "Add site" }).click();
  await expect(panel).toBeHidden({ timeout: 30_000 });
  await page.getByRole("link", { name: SITE, exact: true }).click();
  const row = page.getByRole("row", { name: MACHINE });
  await expect(row).toContainText(/VMDK, sparse.*VMDK, flat/);
  await expect(row).toContainText(/Running\s*[1-9]/, { timeout: 30_000 });
  await expectAccessible(page);
});

test.describe("the scenario's Quick Start", () => {
  test("is chosen from the list, asks for a VMware site, and keeps to itself", async () => {
    await page.goto("/");
    const drawer = await openNew(page, "Data Services", "Recovery Services", "Site Recovery Vault", "Quick Create");
    await drawer.getByRole("textbox", { name: "Name" }).fill(VAULT);
    await choose(drawer, "Region", "West Europe");
    await drawer.getByRole("button", { name: "Create vault" }).click();
    await expect(drawer).toBeHidden();
    await page.getByRole("link", { name: VAULT, exact: true }).click();
    await choose(page, "Setup recovery", "Between an on-premises VMware site and Azure");
    await expect(tutorialStep(page, "Create a VMware site")).toContainText("To do");
    await page.getByRole("textbox", { name: "Name of the VMware site" }).fill(SITE);
    await page.getByRole("button", { name: "Create VMware site" }).click();
    await expectStepDone(page, "Create a VMware site", /Found contoso-datacenter/);
    await page.reload();
    await expectStepDone(page, "Create a VMware site", /Found contoso-datacenter/);
  });

  test("registers the configuration server", async () => {
    const form = page.getByRole("form", { name: "Choose the passphrase" });
    await form.getByLabel("Passphrase", { exact: true }).fill(PASSPHRASE);
    await form.getByLabel("Repeat the passphrase").fill(PASSPHRASE);
    await tick(form, /stored the passphrase/);
    await form.getByRole("button", { name: "Choose this passphrase" }).click();
    const download = page.waitForEvent("download");
    await page.getByRole("button", { name: "Download registration key" }).click();
    await download;
    const register = page.getByRole("form", { name: /^Register/ });
    await choose(register, "On-premises site", SITE);
    await register.getByLabel("Passphrase of the vault").fill(PASSPHRASE);
    await register.getByRole("button", { name: /^Register/ }).click();
    await expectStepDone(page, "Install and register the configuration server", /CONTOSO-CS01/);
  });

  test("makes a protection group whose machines are replicated all the time", async () => {
    const form = page.getByRole("form", { name: "Create a protection group" });
    await form.getByRole("textbox", { name: "Name of the protection group" }).fill(GROUP);
    await choose(form, "Crash-consistent recovery points every", "1 minute");
    await choose(form, "RPO threshold", "5 minutes");
    await expectAccessible(page);
    await form.getByRole("button", { name: "Create protection group" }).click();
    await expectStepDone(page, "Create a protection group", /Found contoso-gold/);
  });
});

test("a VMware machine is protected with its VMDKs, and points come every few seconds", async () => {
  await page.goto(tabAddress("protected-items", VAULT));
  const panel = await openCommand(page, "Enable protection");
  const row = panel.getByRole("grid", { name: "Discovered machines" }).getByRole("row", { name: MACHINE });
  await expect(row).toContainText("Can be protected");
  await row.getByRole("checkbox").check({ force: true });
  const machine = panel.getByRole("group", { name: MACHINE });
  await choose(machine, "Network", PRODUCTION_NETWORK);
  await panel.getByRole("button", { name: "Enable protection", exact: true }).click();
  await expect(panel).toBeHidden({ timeout: 30_000 });
  const list = page.getByRole("grid", { name: "Protected items" });
  await expect(list.getByRole("row", { name: new RegExp(MACHINE) })).toContainText("Protected", { timeout: 60_000 });
  await item.open(MACHINE);
  await expect(page.getByText("Continuous; a recovery point every minute").first()).toBeVisible();
  await expect(page.getByText("RPO threshold: 5 minutes")).toBeVisible();
  const times = await pointTimes(4);
  const gaps = times.slice(1).map((at, index) => at - (times[index] ?? 0));
  // A busy machine may miss a beat; thirty seconds would be Hyper-V's.
  expect(median(gaps)).toBeLessThan(10_000);
  await expectAccessible(page);
});

test("it has no planned failover, and says what to do instead", async () => {
  await expectDisabled(command(page, "Planned failover"), /unplanned failover.*shut the source down/);
});

test("its replica boots in a test, identical to the VMDKs, and nothing of it is left", async () => {
  const dialog = await openCommand(page, "Test failover");
  await choose(dialog, "Network of the test machine", TEST_NETWORK);
  await dialog.getByRole("button", { name: "Start test failover" }).click();
  await item.expectState("Test failover is up");
  await item.expectCounting(item.console(/^Test replica/));
  await expect(item.evidence("Test failover").getByText("Identical", { exact: true })).toHaveCount(2, {
    timeout: 60_000,
  });
  const done = await openCommand(page, "Complete test");
  await tick(done, "The test failover is complete");
  await done.getByRole("button", { name: "Complete test" }).click();
  await item.expectState("Protected");
});

test("it fails over without loss with its source shut down, and is committed", async () => {
  const dialog = await openCommand(page, "Unplanned failover");
  await expect(dialog.getByRole("checkbox", { name: /Shut down the source machine/ })).toBeChecked();
  await dialog.getByRole("button", { name: "Fail over" }).click();
  await expect(dialog).toBeHidden();
  await item.expectState("Failover completed", 120);
  expect(await item.measured("Unplanned failover", "Orders lost")).toBe(0);
  await item.expectCounting(item.console(/^Replica/));
  const commit = await openCommand(page, "Commit");
  await commit.getByRole("button", { name: "Commit" }).click();
  await item.expectState("Unplanned failover committed", 60);
});

test("it comes back to its VMDKs with every order, and is protected again", async () => {
  const dialog = await openCommand(page, "Failback");
  await dialog.getByRole("radio", { name: /^Synchronize data during failover only/ }).check({ force: true });
  await dialog.getByRole("button", { name: "Fail back" }).click();
  await expect(dialog).toBeHidden();
  await item.expectState("Failback finished", 120);
  expect(await item.measured("Failback", "Orders lost")).toBe(0);
  await item.expectCounting(item.console(/^Source/));
  const commit = await openCommand(page, "Commit");
  await commit.getByRole("button", { name: "Commit" }).click();
  await item.expectState("Failback committed", 60);
  const reverse = await openCommand(page, "Reverse replicate");
  await reverse.getByRole("button", { name: "Reverse replicate" }).click();
  await item.expectState("Protected", 120);
});

test("the site cannot be removed with its disks while the vault has its server", async () => {
  await service(page, "On-premises sites").click();
  await page.getByRole("link", { name: SITE, exact: true }).click();
  await expectDisabled(command(page, "Remove"), /registered in a vault/);
});

interface List<T> {
  readonly value: readonly T[];
}

interface Point {
  readonly properties: { readonly recoveryPointTime: string };
}

/** The newest `count` instants of recovery points, in milliseconds, ascending, once there are so many. */
async function pointTimes(count: number): Promise<number[]> {
  const { value } = await arm.get<List<{ id: string }>>(`${paths.vault(VAULT)}/replicationProtectedItems`);
  const path = `${value[0]?.id ?? ""}/recoveryPoints`;
  const read = async () =>
    (await arm.get<List<Point>>(path)).value
      .map(({ properties }) => Date.parse(properties.recoveryPointTime))
      .sort((a, b) => a - b);
  await expect.poll(async () => (await read()).length, { timeout: 90_000 }).toBeGreaterThanOrEqual(count);
  return (await read()).slice(-count);
}

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
