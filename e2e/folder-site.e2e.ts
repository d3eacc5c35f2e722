import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { expect, type Page } from "@playwright/test";
import { nodeFileSystem } from "@/lib/adapters/files/node-file-system";
import { createDynamicVhd } from "@/lib/engine/disk/create-vhd";
import { createVmdk } from "@/lib/engine/disk/create-vmdk";
import { qcow2Image } from "@/lib/testing/qcow2-image";
import { seededRandom } from "@/lib/testing/seeded-random";
import { choose, dropDown, expectFieldError, tick } from "./support/form";
import { openCommand, openNew, service, vaultTab } from "./support/portal";
import { openTab, test } from "./support/portal-test";
import { ProtectedItemPage } from "./support/protected-item";

/** A folder of images that nobody made for the demo: one that is sound, one that was cut off, and one that is no disk. */
test.describe.configure({ mode: "serial" });

const MIB = 1024 ** 2;
const SITE = "images";
const VAULT = "images-vault";
const PASSPHRASE = "sixteen characters and some more";

let page: Page;
let folder: string;

test.beforeAll(async ({ browser }) => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "secondsite-images-"));
  makeImages(folder);
  page = await openTab(browser);
});
test.afterAll(async () => {
  await page.close();
  fs.rmSync(folder, { recursive: true, force: true });
});

test("a folder that is not there is refused at the field", async () => {
  await page.goto("/");
  await service(page, "On-premises sites").click();
  const panel = await openCommand(page, "Add folder");
  await panel.getByRole("textbox", { name: "Name of the site" }).fill(SITE);
  const field = panel.getByRole("textbox", { name: "Folder" });
  await field.fill(path.join(folder, "missing"));
  await panel.getByRole("button", { name: "Add site" }).click();
  await expectFieldError(field, /missing/);
  await field.fill(folder);
  await panel.getByRole("button", { name: "Add site" }).click();
  await expect(panel).toBeHidden();
});

test("the folder appears as a site with its machines, and says which image is no disk and why", async () => {
  await page.getByRole("link", { name: SITE, exact: true }).click();
  const machines = page.getByRole("grid", { name: "Machines of the site" });
  for (const name of ["ledger", "truncated", "x"]) await expect(machines.getByRole("row", { name })).toBeVisible();
  for (const [machine, code] of [
    ["x", "NotADiskImage"],
    ["truncated", "VhdTruncated"],
    ["nosy", "DiskPartOutsideFolder"],
  ] as const) {
    const problem = page.getByRole("status").filter({ hasText: code });
    await expect(problem).toContainText(new RegExp(`^${machine}, `));
    await expect(problem).toContainText("Possible causes:");
    await expect(problem).toContainText("Recommended action:");
  }
});

test("disks of other products are machines too, with their format; the files of a split disk are one disk", async () => {
  const machines = page.getByRole("grid", { name: "Machines of the site" });
  await expect(machines.getByRole("row", { name: "Archive server" })).toContainText(/archive\.vmdk \(.*VMDK, split\)/);
  await expect(machines.getByRole("row", { name: "cloud" })).toContainText("qcow2");
  await expect(machines).not.toContainText("archive-s001.vmdk");
});

test("its host is registered in a vault of its own", async () => {
  const drawer = await openNew(page, "Data Services", "Recovery Services", "Site Recovery Vault", "Quick Create");
  await drawer.getByRole("textbox", { name: "Name" }).fill(VAULT);
  await choose(drawer, "Region", "West Europe");
  await drawer.getByRole("button", { name: "Create vault" }).click();
  await service(page, "Recovery Services").click();
  await expect(page.getByRole("row", { name: VAULT })).toContainText("Active");
  await page.getByRole("link", { name: VAULT }).click();

  await page.getByRole("textbox", { name: "Name of the Hyper-V site" }).fill(SITE);
  await page.getByRole("button", { name: "Create Hyper-V site" }).click();
  const passphrase = page.getByRole("form", { name: "Choose the passphrase" });
  await passphrase.getByLabel("Passphrase", { exact: true }).fill(PASSPHRASE);
  await passphrase.getByLabel("Repeat the passphrase").fill(PASSPHRASE);
  await tick(passphrase, /stored the passphrase/);
  await passphrase.getByRole("button", { name: "Choose this passphrase" }).click();
  await page.getByRole("button", { name: "Download registration key" }).click();

  const register = page.getByRole("form", { name: "Register a demo host" });
  await choose(register, "On-premises site", SITE);
  await register.getByLabel("Passphrase of the vault").fill(PASSPHRASE);
  await register.getByRole("button", { name: "Register the demo host" }).click();
  const group = page.getByRole("form", { name: "Create a protection group" });
  await expect(page.getByText(/Registered and heard/)).toBeVisible({ timeout: 30_000 });
  await group.getByRole("textbox", { name: "Name of the protection group" }).fill("images-group");
  await group.getByRole("button", { name: "Create protection group" }).click();
  await expect(page.getByText(/Found images-group/)).toBeVisible();
});

test("the sound image can be protected; the others are listed as not protectable with the reason", async () => {
  await vaultTab(page, "Protected Items").click();
  const panel = await openCommand(page, "Enable protection");
  const machines = panel.getByRole("grid", { name: "Discovered machines" });
  for (const name of ["truncated", "x"]) {
    const row = machines.getByRole("row", { name });
    await expect(row).toContainText("Not protectable");
    await expect(row.getByRole("checkbox")).toBeDisabled();
  }
  await panel.getByText(/cannot be protected: why, and what to do/).click();
  await expect(panel.getByRole("status").filter({ hasText: "is not a disk image" })).toContainText(
    "Recommended action:",
  );
  await expect(panel.getByRole("status").filter({ hasText: "is cut off" })).toContainText("Recommended action:");
  await machines.getByRole("row", { name: "ledger" }).getByRole("checkbox").check({ force: true });
  await panel.getByRole("button", { name: "Enable protection" }).click();
  await expect(panel).toBeHidden();
  await expect(page.getByRole("row", { name: "ledger" })).toContainText("Protected", { timeout: 60_000 });
});

test("a test failover restores an identical image, and nothing is left after it", async () => {
  const item = new ProtectedItemPage(page);
  await page.getByRole("link", { name: "ledger" }).click();
  const dialog = await openCommand(page, "Test failover");
  await choose(dialog, "Network of the test machine", "None");
  await expect(dropDown(dialog, "Network of the test machine")).toContainText("None");
  await dialog.getByRole("button", { name: "Start test failover" }).click();
  await expect(dialog).toBeHidden();
  await expect(item.evidence("Test failover").getByText("Identical", { exact: true })).toHaveCount(1, {
    timeout: 60_000,
  });
  await item.expectState("Test failover is up");
  const complete = await openCommand(page, "Complete test");
  await tick(complete, "The test failover is complete");
  await complete.getByRole("button", { name: "Complete test" }).click();
  await expect(item.evidence("Test failover")).toContainText("a listing shows that nothing of the test is left");
});

function makeImages(into: string): void {
  const random = seededRandom(7);
  fs.writeFileSync(path.join(into, "ledger.raw"), Buffer.from(random.bytes(4 * MIB)));
  const file = path.join(into, "truncated.vhd");
  const identity = { uniqueId: "00112233-4455-6677-8899-aabbccddeeff", createdAt: new Date(0) };
  const disk = createDynamicVhd(nodeFileSystem, file, { virtualSizeBytes: 8 * MIB, ...identity });
  disk.write(0, Buffer.alloc(512, 1));
  disk.write(4 * MIB, Buffer.alloc(512, 2));
  disk.close();
  fs.truncateSync(file, 3 * MIB);
  const archive = createVmdk(nodeFileSystem, path.join(into, "archive.vmdk"), {
    ...{ kind: "twoGbMaxExtentSparse", virtualSizeBytes: 3 * 1024 * MIB, contentId: "0badcafe" },
  });
  archive.write(2200 * MIB, Buffer.from(random.bytes(MIB)));
  archive.close();
  fs.writeFileSync(
    path.join(into, "archive.vmx"),
    'displayName = "Archive server"\nguestOS = "ubuntu-64"\nscsi0:0.fileName = "archive.vmdk"\n',
  );
  const bytes = Buffer.alloc(65_536, "an order, and another; ");
  const clusters = new Map([[3, { kind: "compressed" as const, bytes }]]);
  fs.writeFileSync(
    path.join(into, "cloud.qcow2"),
    qcow2Image({ version: 3, clusterBits: 16, virtualSizeBytes: 2 * MIB, clusters }),
  );
  const backing = { name: "/etc/passwd", format: "raw" };
  fs.writeFileSync(
    path.join(into, "nosy.qcow2"),
    qcow2Image({ version: 3, clusterBits: 16, virtualSizeBytes: 2 * MIB, clusters, backing }),
  );
  fs.writeFileSync(path.join(into, "x.vhd"), "This is a letter, not a disk.");
}
