import { expect, test } from "@playwright/test";
import { ArmDriver, ArmError, paths } from "@/lib/testing/drive/arm-driver";
import { Azurite } from "@/lib/testing/azurite";
import { ImageSite } from "./support/image-site";
import { portalOf } from "./support/portals";

/** A vault in Azure Blob Storage, which Azurite plays: the whole way there and back, and an outage of the storage. */
test.describe.configure({ mode: "serial" });

const MIB = 1024 ** 2;
const ACCOUNT = "blobstorage";
const arm = new ArmDriver(portalOf("programs").origin);
const connectTo = (azurite: Azurite) => ({
  location: "westeurope",
  properties: { azureBlob: { connectionString: azurite.connectionString, container: "vaults" } },
});

let azurite: Azurite;
let site: ImageSite;

test.beforeAll(async () => {
  azurite = await Azurite.start();
  site = new ImageSite(arm, { name: "blob", account: ACCOUNT, images: { ledger: 9 * MIB, archive: 5 * MIB } });
});

test.afterAll(async () => {
  await site.takeAway();
  await arm.send("DELETE", paths.storageAccount(ACCOUNT));
  site.removeImages();
  await azurite.remove();
});

test("a storage account is connected when its key opens the container, and not before", async () => {
  await azurite.kill();
  const failing = arm.send("PUT", paths.storageAccount(ACCOUNT), connectTo(azurite));
  await expect(failing).rejects.toThrow(ArmError);
  await expect(failing).rejects.toThrow(/does not answer/);
  await azurite.start();
  const { body } = await arm.send("PUT", paths.storageAccount(ACCOUNT), connectTo(azurite));
  expect(body).toMatchObject({ properties: { simulated: false, azureBlob: { container: "vaults" } } });
  expect(JSON.stringify(body)).not.toContain("Eby8");
});

test("a machine is replicated into the container and a test failover brings back an identical disk", async () => {
  await site.prepare();
  await site.protect("ledger");
  await site.untilProtected("ledger");
  await site.testFailover("ledger");
  expect(await site.identical("ledger")).toEqual([true]);
  await site.cleanUp("ledger");
});

test("when the storage goes away in the middle, it is said with cause and cure; when it is back, all goes on", async () => {
  await azurite.kill();
  await site.protect("archive");
  const problem = await arm.until("the storage to be missed", () => site.problem("archive"), 120);
  expect(problem).toMatchObject({ code: "StorageNotReachable" });
  expect(problem["possibleCauses"]).toContain("network");
  await azurite.start();
  await arm.send("POST", `${site.estateSite}/fail`);
  await arm.send("POST", `${site.estateSite}/restore`);
  for (const machine of ["archive", "ledger"]) {
    await site.untilProtected(machine);
    await site.testFailover(machine);
    expect(await site.identical(machine)).toEqual([true]);
    await site.cleanUp(machine);
  }
});
