import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import process from "node:process";
import { expect, test } from "@playwright/test";
import { ArmDriver, paths, type ArmJob } from "@/lib/testing/drive/arm-driver";
import { expectExplained } from "./bad-input/requests";

/** A storage account whose disk is full: said where people look, nothing lost, and over when there is space again. */
test.describe.configure({ mode: "serial" });

const MIB = 1024 ** 2;
const arm = new ArmDriver(process.env["PORTAL_ORIGIN"] ?? "");
const ACCOUNT = "fullstorage";
const SITE = "full-site";
const PASSPHRASE = "sixteen characters and more";
const accountFolder = path.join(process.env["PORTAL_HOME"] ?? "", "storage", ACCOUNT);
const vault = paths.vault("full-vault");
const fabric = `${vault}/replicationFabrics/${SITE}`;
const estateSite = `${paths.ours}/estateSites/${SITE}`;
const policy = `${vault}/replicationPolicies/full`;

interface List<T> {
  readonly value: readonly T[];
}
interface Item {
  readonly properties: {
    readonly protectionState: string;
    readonly replicationHealth: string;
    readonly healthErrors: readonly { readonly errorCode: string }[];
  };
}

/** Made when the tests begin: the runner reads this file more often than it runs it. */
let folder = "";
let mounted = false;
let container = "";
const machineIds = new Map<string, string>();

const mount = (...args: string[]) => spawnSync("mount", [...args, accountFolder]).status === 0;
const itemOf = (name: string) =>
  `${container}/replicationProtectedItems/${path.posix.basename(machineIds.get(name) ?? "")}`;
const stateOf = async (name: string) => (await arm.get<Item>(itemOf(name))).properties;

test.beforeAll(async () => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "secondsite-full-"));
  for (const [name, bytes] of [
    ["small", MIB],
    ["large", 24 * MIB],
  ] as const) {
    fs.writeFileSync(path.join(folder, `${name}.raw`), randomBytes(bytes));
  }
  const place = { location: "westeurope" };
  await arm.send("PUT", paths.storageAccount(ACCOUNT), { ...place, properties: {} });
  mounted = mount("-t", "tmpfs", "-o", "size=8m,mode=700", "tmpfs");
  test.skip(!mounted, "only root may mount a small disk for the storage account");
  await arm.run("PUT", vault, { ...place, properties: { storageAccountId: paths.storageAccount(ACCOUNT) } });
  await arm.run("PUT", fabric, { properties: { customDetails: { instanceType: "FabricSpecificCreationInput" } } });
  await arm.send("PUT", `${vault}/providers/Secondsite.Recovery/passphrases/default`, {
    properties: { passphrase: PASSPHRASE },
  });
  await arm.send("PUT", estateSite, { properties: { folder } });
  await arm.run("POST", `${estateSite}/register`, {
    properties: { vaultId: vault, fabricName: SITE, passphrase: PASSPHRASE },
  });
  await arm.run("PUT", policy, {
    properties: { providerSpecificInput: { instanceType: "HyperVReplicaAzure", replicationInterval: 30 } },
  });
  container = (await arm.get<List<{ id: string }>>(`${fabric}/replicationProtectionContainers`)).value[0]?.id ?? "";
  await arm.run("PUT", `${container}/replicationProtectionContainerMappings/full`, {
    properties: { targetProtectionContainerId: "Microsoft Azure", policyId: policy, providerSpecificInput: {} },
  });
  await arm.until("the host's machines", async () => {
    const { value } = await arm.get<List<{ id: string; properties: { friendlyName: string } }>>(
      `${container}/replicationProtectableItems`,
    );
    for (const { id, properties } of value) machineIds.set(properties.friendlyName, id);
    return machineIds.size === 2 ? true : null;
  });
});

test.afterAll(async () => {
  try {
    if (mounted) await takeAway();
  } finally {
    // A home with a disk mounted in it could not be removed.
    if (mounted) spawnSync("umount", [accountFolder]);
    fs.rmSync(folder, { recursive: true, force: true });
  }
  await arm.send("DELETE", paths.storageAccount(ACCOUNT));
});

test("initial replication says at the machine and at its job that the storage is full, and what to do", async () => {
  await protect("small");
  await arm.until("the small machine", async () =>
    (await stateOf("small")).protectionState === "Protected" ? 1 : null,
  );
  await protect("large");
  const problem = await arm.until("the storage to be full", async () => {
    const { properties } = await arm.get<{ properties: { error: Record<string, string> | null } }>(
      `${itemOf("large")}/providers/Secondsite.Recovery/replication`,
    );
    return properties.error;
  });
  expectExplained({ error: { ...problem, details: [{ ...problem, activityId: "-" }] } }, "StorageFull");
  const { replicationHealth, healthErrors } = await stateOf("large");
  expect([replicationHealth, healthErrors.map((one) => one.errorCode)]).toEqual(["Critical", ["StorageFull"]]);
  await arm.until("the warning at the job", async () => {
    const { value } = await arm.get<List<ArmJob>>(`${vault}/replicationJobs`);
    const waiting = value.find((job) => job.properties.state === "InProgress");
    const codes = waiting?.properties.errors.map((error) => error.serviceErrorDetails?.code);
    return codes?.includes("StorageFull") === true ? true : null;
  });
  expect((await stateOf("small")).protectionState).toBe("Protected");
});

test("a test failover that finds no space fails with the reason, leaves nothing, and may be tried again", async () => {
  const filler = path.join(accountFolder, "filler");
  // As much as fits: the write stops where the disk ends.
  expect(() => fs.writeFileSync(filler, randomBytes(8 * MIB))).toThrow(/ENOSPC/);
  await expect(testFailover("small")).rejects.toThrow(/StorageFull There is no space left/);
  fs.rmSync(filler);
  const replicas = path.join(accountFolder, "replicas");
  expect(fs.existsSync(replicas) ? fs.readdirSync(replicas) : []).toEqual([]);
});

test("with space again replication goes on, and the points from before are whole", async () => {
  expect(mount("-o", "remount,size=96m")).toBe(true);
  // The agent would come back to it by itself, a minute after its first failure; a new one does at once.
  await arm.send("POST", `${estateSite}/fail`);
  await arm.send("POST", `${estateSite}/restore`);
  for (const name of ["large", "small"]) {
    await arm.until(name, async () => ((await stateOf(name)).protectionState === "Protected" ? true : null));
    await testFailover(name);
    const { properties } = await arm.get<{ properties: { runs: { disks: { identical: boolean }[] }[] } }>(
      `${itemOf(name)}/providers/Secondsite.Recovery/evidence`,
    );
    expect(properties.runs[0]?.disks.map((disk) => disk.identical)).toEqual([true]);
    await arm.run("POST", `${itemOf(name)}/testFailoverCleanup`, { properties: { comments: "Whole." } });
  }
});

async function takeAway(): Promise<void> {
  for (const name of machineIds.keys()) await arm.run("DELETE", itemOf(name));
  await arm.run("DELETE", fabric);
  await arm.send("DELETE", vault);
  await arm.until("the vault to be gone", async () => {
    const { value } = await arm.get<List<{ name: string }>>(path.posix.dirname(vault));
    return value.some((one) => one.name === path.posix.basename(vault)) ? null : true;
  });
  await arm.send("DELETE", estateSite);
}

function protect(name: string): Promise<ArmJob | null> {
  return arm.run("PUT", itemOf(name), {
    properties: {
      policyId: policy,
      protectableItemId: machineIds.get(name),
      providerSpecificDetails: {
        instanceType: "HyperVReplicaAzure",
        targetStorageAccountId: paths.storageAccount(ACCOUNT),
      },
    },
  });
}

function testFailover(name: string): Promise<ArmJob | null> {
  return arm.run("POST", `${itemOf(name)}/testFailover`, {
    properties: {
      failoverDirection: "PrimaryToRecovery",
      networkType: "NoNetworkAttachAsInput",
      providerSpecificDetails: { instanceType: "HyperVReplicaAzure" },
    },
  });
}
