import nodePath from "node:path";
import { VaultWorkerClient } from "@/lib/adapters/engine-workers/vault-worker-client";
import { ControlDatabase } from "@/lib/adapters/persistence/database";
import { createSqliteRepositories } from "@/lib/adapters/persistence/repositories";
import { vaultStoreFolder } from "@/lib/adapters/storage/storage-places";
import { KeyFiles } from "@/lib/adapters/vault-data/key-files";
import type { Repositories } from "@/lib/operations/ports/repositories";
import { SUBSCRIPTION, type ArmDriver, type ArmJob } from "@/lib/testing/drive/arm-driver";
import { lastRun, path, pointsOf, vault, type List, type ProtectedItem } from "../story/site-to-azure";
import { cleanUp, testBody, type Tally } from "./operators";

/** No job may be left that nobody runs. */
export async function everyJobEnds(arm: ArmDriver): Promise<readonly ArmJob[]> {
  return arm.until(
    "every job to end",
    async () => {
      const { value } = await arm.get<List<ArmJob>>(`${vault}/replicationJobs`);
      const open = value.filter((job) => ["NotStarted", "InProgress"].includes(job.properties.state));
      return open.length === 0 ? value : null;
    },
    240,
  );
}

/**
 * Reads every block of every recovery point that the portal knows; returns how many there were. Of continuous replication points
 * are dropped all the time: one that the portal knows no longer when all has been read is none that was lost.
 */
export async function everyPointReads(home: string): Promise<number> {
  const database = await ControlDatabase.open(nodePath.join(home, "secondsite.db"));
  const workers = new VaultWorkerClient();
  try {
    const repositories = createSqliteRepositories(database);
    const [found] = await repositories.vaults.list({ subscriptionId: SUBSCRIPTION, resourceGroup: null });
    if (!found) throw new Error("the vault is gone");
    const points = await knownPoints(repositories, found.id);
    const masterKey = new KeyFiles(nodePath.join(home, "keys")).read(found.id)?.master;
    if (!masterKey) throw new Error("the vault's key file is gone");
    const folder = vaultStoreFolder(nodePath.join(home, "storage"), found);
    const checked = await workers.run("check", { store: { kind: "folder", folder }, masterKey, points });
    const still = new Set((await knownPoints(repositories, found.id)).map(({ name }) => name));
    const bad = checked.filter((one) => one.problem !== null && still.has(one.name));
    if (bad.length > 0) {
      throw new Error(`damaged: ${bad.map((one) => `${one.name}: ${one.problem?.message ?? ""}`).join("; ")}`);
    }
    return checked.length;
  } finally {
    await workers.close();
    await database.close();
  }
}

async function knownPoints({ protectedItems, recoveryPoints }: Repositories, vaultId: string) {
  const points = [];
  for (const item of await protectedItems.listByVault(vaultId)) {
    for (const point of await recoveryPoints.list(item.id)) {
      points.push({ name: point.objectName, context: { machine: item.machineName, point: point.at } });
    }
  }
  return points;
}

/** The newest and the oldest point of a machine restore to what their cut held, and the guest agrees. */
export async function pointsRestore(arm: ArmDriver, item: ProtectedItem, tally: Tally): Promise<string> {
  const points = await pointsOf(arm, item);
  const chosen = [...new Set([points.at(0), points.at(-1)])].flatMap((point) => (point ? [point] : []));
  for (const point of chosen) {
    await arm.run("POST", `${path(item)}/testFailover`, testBody(item, point.id));
    const run = await lastRun(arm, item);
    const sound = run.disks.every((disk) => disk.identical) && run.ordersOnReplica === run.recoveryPoint?.orders?.count;
    if (!sound) throw new Error(`${item.properties.friendlyName}, point ${point.name}: ${JSON.stringify(run)}`);
    const cleaned = await cleanUp(arm, item, tally);
    if (cleaned?.properties.state !== "Succeeded")
      throw new Error(`cleanup of ${item.properties.friendlyName} did not succeed`);
  }
  return `${item.properties.friendlyName}: ${String(chosen.length)} of ${String(points.length)} points restored and booted`;
}

/** Replication goes on by itself: a new point appears. */
export async function replicationGoesOn(arm: ArmDriver, item: ProtectedItem): Promise<void> {
  const before = (await pointsOf(arm, item)).at(0)?.properties.recoveryPointTime ?? "";
  await arm.until(
    `a new point of ${item.properties.friendlyName}`,
    async () => ((await pointsOf(arm, item)).at(0)?.properties.recoveryPointTime ?? "") > before || null,
    180,
  );
}
