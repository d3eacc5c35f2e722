import { expect, type Page } from "@playwright/test";
import { GROUP, PASSPHRASE, PRODUCTION_NETWORK, SITE, TEST_NETWORK, VAULT } from "./support/contoso";
import { choose, dropDown, expectFieldError, tick } from "./support/form";
import { expectNotified, openNew, vaultTab } from "./support/portal";
import { expectStepDone, tutorialStep } from "./support/tutorial";
import { openTab, test } from "./support/portal-test";

/** A new user's first steps, in one tab and in order: each begins where the one before has ended. */
test.describe.configure({ mode: "serial" });

let page: Page;

test.beforeAll(async ({ browser }) => {
  page = await openTab(browser);
});
test.afterAll(async () => {
  await page.close();
});

test.describe("a vault by Quick Create", () => {
  test("a list that is still being asked for says so, and opens once it is there", async () => {
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    await page.route("**/regions?*", async (route) => {
      await held;
      await route.continue();
    });
    await page.goto("/");
    const drawer = await openNew(page, "Data Services", "Recovery Services", "Site Recovery Vault", "Quick Create");
    const region = dropDown(drawer, "Region");
    await expect(region).toContainText("Nothing to choose from yet");
    await expect(region).toBeDisabled();
    release();
    await choose(drawer, "Region", "West Europe");
    await page.unroute("**/regions?*");
  });

  test("a name against the rule is explained at the field", async () => {
    await page.goto("/");
    const drawer = await openNew(page, "Data Services", "Recovery Services", "Site Recovery Vault", "Quick Create");
    const name = drawer.getByRole("textbox", { name: "Name" });
    await name.fill("1st vault");
    await drawer.getByRole("button", { name: "Create vault" }).click();
    await expectFieldError(name, /begins with a letter/);
    await name.fill(VAULT);
    await choose(drawer, "Region", "West Europe");
    await drawer.getByRole("button", { name: "Create vault" }).click();
    await expect(drawer).toBeHidden();
  });

  test("the vault becomes Active and its job is in the notification bar", async () => {
    await expectNotified(page, `Create vault ${VAULT}`);
    const row = page.getByRole("row", { name: VAULT });
    await expect(row).toContainText("Active");
    await expect(row).toContainText("West Europe");
  });

  test("a name that is taken is refused at the field", async () => {
    const drawer = await openNew(page, "Data Services", "Recovery Services", "Site Recovery Vault", "Quick Create");
    const name = drawer.getByRole("textbox", { name: "Name" });
    await name.fill(VAULT.toUpperCase());
    await name.press("Enter");
    await expectFieldError(name, /taken|exists|already/i);
    await page.keyboard.press("Escape");
    await expect(drawer).toBeHidden();
  });
});

test.describe("Quick Start", () => {
  test("the vault opens on Quick Start, and the cloud brings it back", async () => {
    await page.getByRole("link", { name: VAULT }).click();
    await expect(dropDown(page, "Setup recovery")).toContainText("Between an on-premises Hyper-V site and Azure");
    await vaultTab(page, "Jobs").click();
    await vaultTab(page, "Quick Start").click();
    await expect(tutorialStep(page, "Create a Hyper-V site")).toContainText("To do");
    await expect(tutorialStep(page, "Install the Provider")).toContainText("Not yet");
  });

  test("a Hyper-V site is created", async () => {
    await page.getByRole("textbox", { name: "Name of the Hyper-V site" }).fill(SITE);
    await page.getByRole("button", { name: "Create Hyper-V site" }).click();
    await expectStepDone(page, "Create a Hyper-V site", /Found contoso-branch/);
  });

  test("a passphrase that is too short is refused at the field", async () => {
    const form = page.getByRole("form", { name: "Choose the passphrase" });
    const passphrase = form.getByLabel("Passphrase", { exact: true });
    await passphrase.fill("too short");
    await form.getByLabel("Repeat the passphrase").fill("too short");
    await tick(form, /stored the passphrase/);
    await form.getByRole("button", { name: "Choose this passphrase" }).click();
    await expectFieldError(passphrase, /9 of at least 16 characters/);
    await passphrase.fill(PASSPHRASE);
    await form.getByLabel("Repeat the passphrase").fill(PASSPHRASE);
    await form.getByRole("button", { name: "Choose this passphrase" }).click();
    await expect(page.getByText("The passphrase of this vault is chosen.")).toBeVisible();
  });

  test("the registration key is downloaded, with the command that uses it", async () => {
    const download = page.waitForEvent("download");
    await page.getByRole("button", { name: "Download registration key" }).click();
    expect((await download).suggestedFilename()).toMatch(/\.VaultCredentials$/i);
    await expect(page.getByText(/secondsite site register --credentials .*VaultCredentials/i).first()).toBeVisible();
    await expectStepDone(page, "Choose the passphrase and download a registration key");
  });

  test("a wrong passphrase is refused on the host, with cause and cure", async () => {
    const form = page.getByRole("form", { name: "Register a demo host" });
    await choose(form, "On-premises site", SITE);
    await form.getByLabel("Passphrase of the vault").fill("not the right passphrase");
    await form.getByRole("button", { name: "Register the demo host" }).click();
    const refusal = form.getByRole("alert");
    await expect(refusal).toContainText(/passphrase/i, { timeout: 30_000 });
    await expect(refusal).toContainText("Possible causes:");
    await expect(refusal).toContainText("Recommended action:");
  });

  test("the demo host is registered by a button, and its heartbeat is seen", async () => {
    const form = page.getByRole("form", { name: "Register a demo host" });
    await choose(form, "On-premises site", SITE);
    await form.getByLabel("Passphrase of the vault").fill(PASSPHRASE);
    await form.getByRole("button", { name: "Register the demo host" }).click();
    await expectStepDone(page, "Install the Provider", /Registered and heard: CONTOSO-HV01/);
  });

  test("storage account and networks are prepared from the tutorial", async () => {
    const step = tutorialStep(page, "Prepare a storage account").getByRole("button");
    if ((await step.getAttribute("aria-expanded")) === "false") await step.click();
    for (const [name, space, isolated] of [
      [PRODUCTION_NETWORK, "10.1.0.0/16", false],
      [TEST_NETWORK, "10.99.0.0/16", true],
    ] as const) {
      await page.getByRole("button", { name: "Create virtual network" }).click();
      const drawer = page.getByRole("dialog", { name: "New" });
      await drawer.getByRole("textbox", { name: "Name" }).fill(name);
      await choose(drawer, "Region", "West Europe");
      await drawer.getByRole("textbox", { name: "Address space" }).fill(space);
      if (isolated) await tick(drawer, /Isolated network/);
      await drawer.getByRole("button", { name: "Create virtual network" }).click();
      await expect(drawer).toBeHidden();
    }
    await expectStepDone(page, "Prepare a storage account and a network", /contoso-production/);
  });

  test("a protection group is created with its replication settings", async () => {
    const form = page.getByRole("form", { name: "Create a protection group" });
    await form.getByRole("textbox", { name: "Name of the protection group" }).fill(GROUP);
    await dropDown(form, "Copy frequency").click();
    await expect(page.getByRole("option", { name: "Continuous" })).toContainText("Writes leave every 5 seconds");
    await page.getByRole("option", { name: "30 seconds" }).click();
    await choose(form, "Retain recovery points for", "24 hours");
    await form.getByRole("button", { name: "Create protection group" }).click();
    await expectStepDone(page, "Create a protection group", /Found contoso-group/);
  });
});
