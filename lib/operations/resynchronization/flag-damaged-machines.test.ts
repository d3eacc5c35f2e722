import { describe, expect, it } from "vitest";
import type { DamagedPoint } from "@/lib/engine/vault/vault-check";
import { PROVIDER_ID, RecoveryWorld } from "@/lib/testing/recovery-world";
import { samplePoint } from "@/lib/testing/sample-entities";
import { checkVault } from "../check-vault";
import type { OperationContext } from "../context";
import { desiredReplications } from "../desired-replications";
import { readVerification } from "../read-verification";
import { recordRecoveryPoint } from "../record-recovery-point";
import { repairVault } from "../repair-vault";
import { noticeResynchronization } from "./notice-resynchronization";
import { startResynchronization } from "./start-resynchronization";
import { flagResynchronization } from "./flag-resynchronization";
import { writeResynchronizationSettings } from "./write-settings";

const figures = { bytesCompared: 1000, bytesDifferent: 1000, bytesSent: 5, bytesKept: 0 };

async function damagedWorld() {
  const world = new RecoveryWorld();
  const context = await world.furnish({ SQL: 100, WEB: 50 });
  const item = await world.protect(context, "SQL");
  await world.protect(context, "WEB");
  // So that a test decides when its job runs.
  await writeResynchronizationSettings(context, item, { mode: "Manual" });
  const check = async () => world.run(await checkVault(context, world.vault, { depth: "data" }));
  const damage = async (which: number) => {
    const point = (await context.repositories.recoveryPoints.list(item.id)).at(which);
    if (!point) throw new Error("no such point");
    world.vaultData.damagedPoints = [torn(point.objectName)];
    world.vaultData.damages = { damagedObjects: [{ name: "data/aa/bb", problem: "altered", blobsLost: 1 }] };
  };
  const heal = () => {
    world.vaultData.damagedPoints = [];
    world.vaultData.damages = {};
  };
  const send = (flagId: string, objectName: string) => {
    world.vaultData.points.set(objectName, { machineName: "SQL", orders: 100 });
    const point = samplePoint({ protectedItemId: item.id, objectName });
    return recordRecoveryPoint(context, PROVIDER_ID, { ...point, resynchronization: { flagId, ...figures } });
  };
  const flagOf = async (itemId = item.id) => (await context.repositories.resynchronizations.get(itemId)).flag;
  return { world, context, item, check, damage, heal, send, flagOf };
}

const torn = (name: string): DamagedPoint => ({
  ...{ name, machineId: "SQL", at: "2026-01-05T08:00:00.000Z", state: "partlyLost" },
  disks: [
    {
      ...{ diskId: "SQL-os", virtualSizeBytes: 1024 ** 3, lostBytes: 65_536, objects: ["data/aa/bb"] },
      extents: [{ offsetBytes: 131_072, lengthBytes: 65_536 }],
    },
  ],
});

async function ordersOf(context: OperationContext, itemId: string) {
  const wanted = await desiredReplications(context, PROVIDER_ID);
  return wanted.find(({ protectedItemId }) => protectedItemId === itemId)?.resynchronization ?? null;
}

describe("a check that finds a machine's newest recovery point damaged", () => {
  it("flags the machine with what was found, and no other", async () => {
    const { world, context, check, damage, flagOf } = await damagedWorld();
    await damage(-1);
    const job = await check();
    expect(await flagOf()).toMatchObject({ flaggedBy: "Check", compareWith: "Nothing", isolatedAt: null });
    expect((await flagOf())?.reason).toContain("has lost 65536 bytes of disk SQL-os");
    expect(await flagOf("item-WEB")).toBeNull();
    expect((await world.store.steps(job.id)).at(-1)?.details).toEqual({ machinesFlagged: ["SQL"] });
    const events = await context.repositories.events.list("vault-1", { take: 5 });
    expect(events.map(({ description }) => description)).toContainEqual(
      expect.stringContaining("SQL needs resynchronization: a check found"),
    );
  });

  it("lets it begin once the damage is out of use, and its job proves that the vault is whole again", async () => {
    const { world, context, item, check, damage, heal, send, flagOf } = await damagedWorld();
    await damage(-1);
    await check();
    const before = (await flagOf())?.id ?? "";
    const job = await startResynchronization(context, item);
    expect(await flagOf()).toMatchObject({ flaggedBy: "Check", allowedAt: expect.any(String) as string });
    expect(await ordersOf(context, item.id)).toMatchObject({ allowed: false });
    // Whoever waited for a point of his own had it made beside the damage: that answers nothing.
    await send(before, "points/SQL/x");
    expect(await flagOf()).not.toBeNull();
    const { runner } = world.process();
    runner.start();
    await expect.poll(() => ordersOf(context, item.id)).toMatchObject({ allowed: true, compareWith: "Nothing" });
    expect(world.vaultData.isolated).toEqual(["data/aa/bb"]);
    const after = (await flagOf())?.id ?? "";
    expect(after).not.toBe(before);
    heal();
    world.clock.advance(1_000);
    await send(after, "points/SQL/y");
    const ended = await context.jobs.waitForEnd(job.id);
    await runner.stop();
    expect([ended.state, ended.errors]).toEqual(["Succeeded", []]);
    expect(world.vaultData.checks.at(-1)?.read).toEqual({ modifiedSince: ended.createdAt });
    const known = await readVerification(context, world.vault);
    expect(known).toMatchObject({ damagedPoints: [], damagedObjects: [], runningJobId: null });
    expect(known.newest?.jobId).toBe(ended.id);
    expect((await context.repositories.resynchronizations.get(item.id)).last?.reason).toContain("a check found");
  });

  it("begins by itself where the settings let it, and takes out of use what another check finds meanwhile", async () => {
    const { world, context, item, check, damage, flagOf } = await damagedWorld();
    await writeResynchronizationSettings(context, item, { mode: "Automatic" });
    await damage(-1);
    await check();
    await check();
    await damage(-1);
    const { runner } = world.process();
    runner.start();
    await expect.poll(() => ordersOf(context, item.id)).toMatchObject({ allowed: true });
    const first = (await flagOf())?.id;
    const more = await checkVault(context, world.vault, { depth: "data" });
    await context.jobs.waitForEnd(more.id);
    await expect.poll(() => ordersOf(context, item.id)).toMatchObject({ allowed: true });
    expect((await flagOf())?.id).not.toBe(first);
    expect(await context.jobs.list({ targetId: item.id, scenarioNames: ["RepairReplication"] })).toHaveLength(1);
    await runner.stop();
  });

  it("raises it above a flag that is up, in a job of its own", async () => {
    const { context, item, check, damage, flagOf } = await damagedWorld();
    await writeResynchronizationSettings(context, item, { mode: "Automatic" });
    const agent = { reason: "a pack is missing", flaggedBy: "Agent", compareWith: "Nothing" } as const;
    const { id } = await flagResynchronization(context, item, agent);
    await damage(-1);
    await check();
    const flag = await flagOf();
    expect(flag).toMatchObject({ flaggedBy: "Check" });
    expect(flag?.id).not.toBe(id);
    const jobs = await context.jobs.list({ targetId: item.id, scenarioNames: ["RepairReplication"] });
    expect(jobs.map(({ input }) => input["storesAgain"]).sort()).toEqual([false, true]);
  });

  it("waits with it until the machine's settings let it", async () => {
    const { context, item, check, damage, flagOf } = await damagedWorld();
    await damage(-1);
    await check();
    expect(await flagOf()).toMatchObject({ allowedAt: null });
    expect(await context.jobs.list({ targetId: item.id, scenarioNames: ["RepairReplication"] })).toEqual([]);
  });

  it("does not flag what no source has any more: older points, machines that are failed over", async () => {
    const { world, context, item, check, damage, flagOf } = await damagedWorld();
    await world.site.replicate(item.id, false);
    await damage(0);
    await check();
    expect(await flagOf()).toBeNull();
    const { revision } = await world.item("SQL");
    await context.repositories.protectedItems.update(item.id, revision, { activeLocation: "Recovery" });
    await damage(-1);
    await check();
    expect(await flagOf()).toBeNull();
  });
});

describe("a host that finds that the vault lost data", () => {
  it("has the structure checked, once for its flag, so that what is altered does not pass for stored", async () => {
    const { world, context, item, damage, flagOf } = await damagedWorld();
    const checks = () => context.jobs.list({ vaultId: "vault-1", scenarioNames: ["CheckVault"] });
    const notice = { protectedItemId: item.id, reason: "the vault lost some of the data" };
    await noticeResynchronization(context, PROVIDER_ID, { ...notice, compareWith: "LastPoint" });
    expect(await checks()).toEqual([]);
    await damage(-1);
    await noticeResynchronization(context, PROVIDER_ID, { ...notice, compareWith: "Nothing" });
    const [check] = await checks();
    if (!check) throw new Error("no check was started");
    await world.run(check);
    await noticeResynchronization(context, PROVIDER_ID, { ...notice, compareWith: "Nothing" });
    expect(await checks()).toHaveLength(1);
    expect(world.vaultData.checks.map(({ read }) => read)).toEqual(["none"]);
    expect(await flagOf()).toMatchObject({ flaggedBy: "Check", isolatedAt: null });
  });
});

describe("a repair", () => {
  it("flags the machine that could not be asked, which stores again when its site is back", async () => {
    const { world, context, check, damage, flagOf } = await damagedWorld();
    await damage(-1);
    await check();
    world.site.connected = false;
    world.clock.advance(1_000);
    const job = await repairVault(context, world.vault, { deleteLostPoints: false });
    world.vaultData.damages = {};
    await world.run(job);
    expect(await flagOf()).toMatchObject({ flaggedBy: "Check", isolatedAt: expect.any(String) as string });
  });

  it("flags nothing that it has repaired", async () => {
    const { world, context, item, check, damage, flagOf } = await damagedWorld();
    await world.site.replicate(item.id, false);
    await damage(0);
    await check();
    world.clock.advance(1_000);
    await world.run(await repairVault(context, world.vault, { deleteLostPoints: false }));
    expect(await flagOf()).toBeNull();
  });
});
