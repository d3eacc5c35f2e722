import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { expect, test } from "@playwright/test";
import { ArmDriver, paths, type ArmJob } from "@/lib/testing/drive/arm-driver";
import { expectExplained } from "./bad-input/requests";
import { ImageSite, type List } from "./support/image-site";
import { portalOf } from "./support/portals";

/** A storage account whose disk is full: said where people look, nothing lost, and over when there is space again. */
test.describe.configure({ mode: "serial" });

const MIB = 1024 ** 2;
const ACCOUNT = "fullstorage";
const portal = portalOf("programs");
const arm = new ArmDriver(portal.origin);
const accountFolder = path.join(portal.home, "storage", ACCOUNT);
const mount = (...args: string[]) => spawnSync("mount", [...args, accountFolder]).status === 0;

/** Made when the tests begin: the runner reads this file more often than it runs it. */
let site: ImageSite;
let mounted = false;

test.beforeAll(async () => {
  site = new ImageSite(arm, { name: "full", account: ACCOUNT, images: { small: MIB, large: 24 * MIB } });
  await arm.send("PUT", paths.storageAccount(ACCOUNT), { location: "westeurope", properties: {} });
  mounted = mount("-t", "tmpfs", "-o", "size=8m,mode=700", "tmpfs");
  test.skip(!mounted, "only root may mount a small disk for the storage account");
  await site.prepare();
});

test.afterAll(async () => {
  try {
    if (mounted) await site.takeAway();
  } finally {
    // A home with a disk mounted in it could not be removed.
    if (mounted) spawnSync("umount", [accountFolder]);
    site.removeImages();
  }
  await arm.send("DELETE", paths.storageAccount(ACCOUNT));
});

test("initial replication says at the machine and at its job that the storage is full, and what to do", async () => {
  await site.protect("small");
  await site.untilProtected("small");
  await site.protect("large");
  const problem = await arm.until("the storage to be full", () => site.problem("large"));
  expectExplained({ error: { ...problem, details: [{ ...problem, activityId: "-" }] } }, "StorageFull");
  const { replicationHealth, healthErrors } = await site.state("large");
  expect([replicationHealth, healthErrors.map((one) => one.errorCode)]).toEqual(["Critical", ["StorageFull"]]);
  await arm.until("the warning at the job", async () => {
    const { value } = await arm.get<List<ArmJob>>(`${site.vault}/replicationJobs`);
    const waiting = value.find((job) => job.properties.state === "InProgress");
    const codes = waiting?.properties.errors.map((error) => error.serviceErrorDetails?.code);
    return codes?.includes("StorageFull") === true ? true : null;
  });
  expect((await site.state("small")).protectionState).toBe("Protected");
});

test("a test failover that finds no space fails with the reason, leaves nothing, and may be tried again", async () => {
  const filler = path.join(accountFolder, "filler");
  // As much as fits: the write stops where the disk ends.
  expect(() => fs.writeFileSync(filler, randomBytes(8 * MIB))).toThrow(/ENOSPC/);
  await expect(site.testFailover("small")).rejects.toThrow(/StorageFull There is no space left/);
  fs.rmSync(filler);
  const replicas = path.join(accountFolder, "replicas");
  expect(fs.existsSync(replicas) ? fs.readdirSync(replicas) : []).toEqual([]);
});

test("with space again replication goes on, and the points from before are whole", async () => {
  expect(mount("-o", "remount,size=96m")).toBe(true);
  // The agent would come back to it by itself, a minute after its first failure; a new one does at once.
  await arm.send("POST", `${site.estateSite}/fail`);
  await arm.send("POST", `${site.estateSite}/restore`);
  for (const machine of ["large", "small"]) {
    await site.untilProtected(machine);
    await site.testFailover(machine);
    expect(await site.identical(machine)).toEqual([true]);
    await site.cleanUp(machine);
  }
});
