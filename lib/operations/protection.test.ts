import { describe, expect, it } from "vitest";
import type { Job } from "@/lib/jobs/job";
import { killedEverywhere } from "@/lib/testing/killed-everywhere";
import { PROVIDER_ID, RecoveryWorld } from "@/lib/testing/recovery-world";
import type { OperationContext } from "./context";
import { desiredReplications } from "./desired-replications";
import { disableProtection } from "./disable-protection";
import { enableProtection, type EnableProtectionInput } from "./enable-protection";
import { recordReplicationProgress } from "./record-replication-progress";
import { readProtectedItem } from "./read-protected-item";
import { readReplication } from "./read-replication";
import type { ReplicationProgress } from "./ports/site-gateway";

async function inputFor(world: RecoveryWorld, changes: Partial<EnableProtectionInput> = {}) {
  const fabric = await world.repositories.fabrics.get("fabric-1");
  if (!fabric) throw new Error("no site");
  return {
    name: "SQL",
    fabric,
    policyName: "Every-30-Seconds",
    machineId: "SQL",
    diskIds: null,
    targetName: null,
    size: null,
    networkName: "production",
    subnetName: "default",
    storageAccount: null,
    ...changes,
  };
}

const figures = (itemId: string, changes: Partial<ReplicationProgress> = {}): ReplicationProgress => ({
  protectedItemId: itemId,
  phase: "initial",
  bytesDone: 250,
  bytesTotal: 1000,
  bytesPerSecond: 50,
  secondsLeft: 15,
  pendingBytes: 0,
  at: "2026-01-05T08:00:00.000Z",
  error: null,
  ...changes,
});

/** A host that takes up what it is told to replicate: reports, and sends a first point when it is let. */
async function hostTakesUp(world: RecoveryWorld, context: OperationContext, sendsPoint: boolean): Promise<void> {
  for (;;) {
    const [wanted] = await desiredReplications(context, PROVIDER_ID);
    if (wanted) {
      world.site.itemMachines.set(wanted.protectedItemId, wanted.machineId);
      world.site.progresses.set(wanted.protectedItemId, figures(wanted.protectedItemId));
      if (sendsPoint) await world.site.replicate(wanted.protectedItemId, false);
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

async function protectedWorld() {
  const world = new RecoveryWorld();
  const context = await world.furnish({ SQL: 100 });
  const { item, job } = await enableProtection(context, world.vault, await inputFor(world));
  const { runner } = world.process();
  runner.start();
  await hostTakesUp(world, context, true);
  await context.jobs.waitForEnd(job?.id ?? "");
  await untilProtected(world, item.id);
  await runner.stop();
  return { world, context, itemId: item.id, job };
}

async function untilProtected(world: RecoveryWorld, itemId: string): Promise<void> {
  while ((await world.repositories.protectedItems.get(itemId))?.state !== "Protected") {
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

const open = (jobs: Job[]) => jobs.filter((job) => job.endedAt === null);

describe("enabling protection", () => {
  it("ends when the host has begun; the machine is Protected when its first point is there", async () => {
    const world = new RecoveryWorld();
    const context = await world.furnish({ SQL: 100 });
    const { item, job } = await enableProtection(context, world.vault, await inputFor(world));
    expect(item).toMatchObject({ state: "UnprotectedStatesBegin", diskIds: ["SQL-os", "SQL-data"] });
    expect(await desiredReplications(context, PROVIDER_ID)).toEqual([]);
    const { runner } = world.process();
    runner.start();
    await hostTakesUp(world, context, false);
    expect((await context.jobs.waitForEnd(job?.id ?? "")).state).toBe("Succeeded");
    expect((await world.repositories.protectedItems.get(item.id))?.state).toBe("UnprotectedStatesBegin");
    const [finalize] = open(await world.store.list({ targetId: item.id }));
    expect(finalize?.friendlyName).toBe("Finalize protection on the virtual machine");
    await world.site.replicate(item.id, false);
    const ended = await context.jobs.waitForEnd(finalize?.id ?? "");
    await runner.stop();
    expect(ended.state).toBe("Succeeded");
    const [waiting] = await world.store.steps(ended.id);
    expect(waiting?.progress).toEqual({ bytesDone: 250, bytesTotal: 1000 });
    expect((await world.repositories.protectedItems.get(item.id))?.state).toBe("Protected");
  });

  it("may be asked for twice, and is one item with one job", async () => {
    const world = new RecoveryWorld();
    const context = await world.furnish({ SQL: 100 });
    const first = await enableProtection(context, world.vault, await inputFor(world));
    const second = await enableProtection(context, world.vault, await inputFor(world, { name: "sql" }));
    expect([second.item.id, second.job?.id]).toEqual([first.item.id, first.job?.id]);
    const other = enableProtection(context, world.vault, await inputFor(world, { name: "other" }));
    await expect(other).rejects.toMatchObject({ code: "MachineAlreadyProtected" });
  });

  it.each([
    ["a machine that no host has", { machineId: "nobody" }, "ProtectableItemNotFound"],
    ["a policy that is not there", { policyName: "weekly" }, "PolicyNotFound"],
    ["a network that is not there", { networkName: "moon" }, "NetworkNotFound"],
    ["an account that is not there", { storageAccount: "nothing" }, "StorageAccountNotFound"],
    ["a size of another time", { size: "Standard_D64" }, "SizeNotFound"],
    ["a bad target name", { targetName: "a b" }, "InvalidMachineName"],
    ["a bad name", { name: "a_b" }, "InvalidResourceName"],
    ["disks without the system's", { diskIds: ["SQL-data"] }, "OsDiskNotIncluded"],
    ["a disk of another machine", { diskIds: ["SQL-os", "x"] }, "DiskNotFound"],
  ] as const)("refuses %s, and leaves nothing", async (_, changes, code) => {
    const world = new RecoveryWorld();
    const context = await world.furnish({ SQL: 100 });
    const asked = enableProtection(context, world.vault, await inputFor(world, changes));
    await expect(asked).rejects.toMatchObject({ code });
    expect(await world.repositories.protectedItems.listByVault("vault-1")).toEqual([]);
    expect(await world.store.list({})).toEqual([]);
  });

  it("fails with the reason when the host does not take it up, and goes on when it is restarted", async () => {
    const world = new RecoveryWorld();
    const context = await world.furnish({ SQL: 100 });
    const { item, job } = await enableProtection(context, world.vault, await inputFor(world));
    const failed = await world.run(job as Job);
    expect([failed.state, failed.errors[0]?.code]).toEqual(["Failed", "ReplicationNotStarted"]);
    const fabric = (await inputFor(world)).fabric;
    const now = await world.repositories.protectedItems.get(item.id);
    const view = await readProtectedItem(context, world.vault, fabric, now ?? item);
    expect(view.health.map((one) => one.explanation.code)).toContain("ReplicationNotStarted");
    await hostTakesUp(world, context, true);
    expect((await world.run(await context.jobs.restart(failed.id))).state).toBe("Succeeded");
  });

  it("ends well wherever it is killed", async () => {
    await killedEverywhere(
      async (world) => {
        const context = await world.furnish({ SQL: 100 });
        const { item, job } = await enableProtection(context, world.vault, await inputFor(world));
        world.site.itemMachines.set(item.id, "SQL");
        world.site.progresses.set(item.id, figures(item.id));
        return job as Job;
      },
      async (world, job) => {
        expect(job.state).toBe("Succeeded");
        const [item] = await world.repositories.protectedItems.listByVault("vault-1");
        expect(item?.heldByJobId).toBeNull();
        expect(open(await world.store.list({ targetId: item?.id ?? "" }))).toHaveLength(1);
      },
    );
  });
});

describe("what a host reports", () => {
  it("is idempotent by the point's object, and drops old points by the policy", async () => {
    const { world, context, itemId } = await protectedWorld();
    const [first] = await world.repositories.recoveryPoints.list(itemId);
    if (!first) throw new Error("no point");
    const { id, ...input } = first;
    expect(await world.site.register(input)).toEqual({ recoveryPointId: id });
    expect(await world.repositories.recoveryPoints.list(itemId)).toHaveLength(1);
    world.clock.advance(25 * 3_600_000);
    await world.site.replicate(itemId, false);
    const kept = await world.repositories.recoveryPoints.list(itemId);
    expect(kept).toHaveLength(1);
    expect(world.vaultData.deleted).toEqual([first.objectName]);
    const [wanted] = await desiredReplications(context, PROVIDER_ID);
    expect(wanted?.lastPoint).toEqual({ id: kept[0]?.id, objectName: kept[0]?.objectName, previousId: null });
  });

  it("is refused, and its object deleted, for a machine that is not protected any more", async () => {
    const { world, context, itemId } = await protectedWorld();
    const item = await world.repositories.protectedItems.get(itemId);
    await world.run(await disableProtection(context, item ?? (undefined as never)));
    const late = world.site.replicate(itemId, false);
    await expect(late).rejects.toMatchObject({ code: "NotProtectedHere" });
    expect(world.vaultData.points.size).toBe(0);
  });

  it("shows an error of replication in the item's health until it is gone", async () => {
    const { world, context, itemId } = await protectedWorld();
    const full = { code: "StorageFull", message: "Full.", possibleCauses: "Data.", recommendedAction: "Space." };
    await recordReplicationProgress(context, PROVIDER_ID, figures(itemId, { phase: "error", error: full }));
    const item = async () => (await world.repositories.protectedItems.get(itemId)) ?? (undefined as never);
    const fabric = (await inputFor(world)).fabric;
    const health = async () =>
      (await readProtectedItem(context, world.vault, fabric, await item())).health.map((one) => one.explanation.code);
    expect(await health()).toContain("StorageFull");
    await recordReplicationProgress(context, PROVIDER_ID, figures(itemId));
    expect(await health()).not.toContain("StorageFull");
    world.site.connected = false;
    expect(await health()).toContain("SiteNotConnected");
    expect((await readReplication(context, await item())).phase).toBe("disconnected");
  });
});

describe("initial replication that meets a full disk", () => {
  it("warns at the job while it waits, once, and goes on when there is space again", async () => {
    const world = new RecoveryWorld();
    const context = await world.furnish({ SQL: 100 });
    const { item } = await enableProtection(context, world.vault, await inputFor(world));
    const { runner } = world.process();
    runner.start();
    await hostTakesUp(world, context, false);
    const full = { code: "StorageFull", message: "Full.", possibleCauses: "Data.", recommendedAction: "Space." };
    world.site.progresses.set(item.id, figures(item.id, { phase: "error", error: full }));
    const finalizing = async () =>
      (await context.jobs.list({ targetId: item.id, scenarioNames: ["IrCompletion"], limit: 1 }))[0];
    while (((await finalizing())?.errors.length ?? 0) === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    const waiting = await finalizing();
    expect(waiting).toMatchObject({ state: "InProgress", errors: [{ ...full, severity: "Warning" }] });
    await world.site.replicate(item.id, false);
    await untilProtected(world, item.id);
    const ended = await context.jobs.waitForEnd(waiting?.id ?? "");
    await runner.stop();
    expect(ended).toMatchObject({ state: "Succeeded", errors: [{ code: "StorageFull" }] });
    expect((await context.jobs.steps(ended.id))[0]?.errors).toHaveLength(1);
  });
});

describe("disabling protection", () => {
  it("leaves nothing behind, wherever it is killed", async () => {
    await killedEverywhere(
      async (world) => {
        const context = await world.furnish({ SQL: 100 });
        const item = await world.protect(context, "SQL");
        await world.site.replicate(item.id, false);
        return disableProtection(context, await world.item("SQL"));
      },
      async (world, job) => {
        expect(job.state).toBe("Succeeded");
        expect(await world.repositories.protectedItems.listByVault("vault-1")).toEqual([]);
        expect(world.vaultData.points.size).toBe(0);
        expect(await world.store.open()).toEqual([]);
      },
    );
  });

  it("is refused while a plan would lose the machine", async () => {
    const world = new RecoveryWorld();
    const context = await world.furnish({ SQL: 100 });
    const item = await world.protect(context, "SQL");
    await world.repositories.recoveryPlans.insert({
      id: "plan-1",
      vaultId: "vault-1",
      name: "shop",
      fabricId: "fabric-1",
      groups: [{ type: "Boot", protectedItemIds: [item.id], startActions: [], endActions: [] }],
      heldByJobId: null,
      lastTestFailoverAt: null,
      lastPlannedFailoverAt: null,
      lastUnplannedFailoverAt: null,
      createdAt: "2026-01-05T08:00:00.000Z",
      revision: 1,
    });
    await expect(disableProtection(context, item)).rejects.toMatchObject({
      code: "ProtectedItemInRecoveryPlan",
      message: expect.stringContaining("shop") as string,
    });
  });

  it("ends the wait for initial replication", async () => {
    const world = new RecoveryWorld();
    const context = await world.furnish({ SQL: 100 });
    const { item, job } = await enableProtection(context, world.vault, await inputFor(world));
    const { runner } = world.process();
    runner.start();
    await hostTakesUp(world, context, false);
    await context.jobs.waitForEnd(job?.id ?? "");
    const now = await world.repositories.protectedItems.get(item.id);
    const ended = await context.jobs.waitForEnd((await disableProtection(context, now ?? item)).id);
    expect(ended.state).toBe("Succeeded");
    while (open(await world.store.list({})).length > 0) await new Promise((resolve) => setTimeout(resolve, 1));
    await runner.stop();
    expect((await world.store.list({ scenarioNames: ["IrCompletion"] }))[0]?.state).toBe("Cancelled");
  });
});
