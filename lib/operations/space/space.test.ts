import { describe, expect, it } from "vitest";
import { presentRetention, presentSpace } from "@/lib/arm/presenters/space";
import { RetentionView, SpaceView } from "@/lib/contract/space";
import { killedEverywhere } from "@/lib/testing/killed-everywhere";
import { RecoveryWorld } from "@/lib/testing/recovery-world";
import { checkVault } from "../check-vault";
import { applyRetention, readRetention } from "./apply-retention";
import { lockRecoveryPoint, unlockRecoveryPoint } from "./lock-recovery-point";
import { readSpace } from "./read-space";
import { reclaimDueVaults, reclaimSpace } from "./reclaim-space";

const HOUR_MS = 3_600_000;

/** A machine with a point every 20 minutes, seven of them. */
async function fill(world: RecoveryWorld) {
  await world.furnish({ SQL: 100 });
  const { context } = world.process();
  await world.protect(context, "SQL");
  for (let point = 0; point < 6; point++) {
    world.clock.advance(HOUR_MS / 3);
    await world.site.replicate("item-SQL", false);
  }
  return context;
}
const pointsOf = (world: RecoveryWorld) => world.repositories.recoveryPoints.list("item-SQL");

describe("retention of a consistency group", () => {
  it("holds a machine's part of a cut while another machine's part is locked", async () => {
    const world = new RecoveryWorld();
    const context = await world.furnish({ SQL: 100, APP: 50 });
    for (const name of ["SQL", "APP"]) await world.protect(context, name);
    for (const stamp of ["first", "second"]) {
      world.clock.advance(HOUR_MS / 3);
      const group = { name: "tills", stamp, size: 2, problem: null };
      for (const name of ["SQL", "APP"]) await world.site.replicate(`item-${name}`, false, { group });
    }
    const of = (name: string) => world.repositories.recoveryPoints.list(`item-${name}`);
    const first = (await of("APP")).find(({ group }) => group?.stamp === "first");
    if (first === undefined) throw new Error("there is such a point");
    await lockRecoveryPoint(context, await world.item("APP"), first, "before the upgrade");
    world.clock.advance(30 * HOUR_MS);
    await applyRetention(context, await world.item("SQL"));
    expect((await of("SQL")).map(({ group }) => group?.stamp)).toEqual(["first", "second"]);
    const { verdicts } = await readRetention(context, await world.item("SQL"));
    expect(verdicts.map(({ reason }) => reason)).toEqual(["Newest", "SharedCut"]);
    await unlockRecoveryPoint(context, await world.item("APP"), first);
    await applyRetention(context, await world.item("SQL"));
    expect((await of("SQL")).map(({ group }) => group?.stamp)).toEqual(["second"]);
  });
});

describe("retention", () => {
  it("keeps a locked point until it is unlocked, and says why", async () => {
    const world = new RecoveryWorld();
    const context = await fill(world);
    const [first] = await pointsOf(world);
    if (first === undefined) throw new Error("there is a point");
    const item = await world.item("SQL");
    await expect(lockRecoveryPoint(context, item, first, " ")).rejects.toMatchObject({ code: "LockReasonNotValid" });
    await lockRecoveryPoint(context, item, first, "before the upgrade");
    world.clock.advance(30 * HOUR_MS);
    expect(await applyRetention(context, item)).toBeGreaterThan(0);
    const kept = await pointsOf(world);
    expect(kept.map(({ id }) => id)).toContain(first.id);
    expect(kept).toHaveLength(2);
    const view = RetentionView.parse(presentRetention("/item", await readRetention(context, item)));
    expect(view.properties.points.map(({ reason, keep }) => [reason, keep])).toEqual([
      ["Newest", true],
      ["Locked", true],
    ]);
    expect(view.properties.points[1]?.lock?.reason).toBe("before the upgrade");
    await unlockRecoveryPoint(context, item, first);
    expect(await applyRetention(context, item)).toBe(1);
    expect(await pointsOf(world)).toHaveLength(1);
  });

  it("keeps the last point that is sound when the newer ones are known to be damaged", async () => {
    const world = new RecoveryWorld();
    const context = await fill(world);
    const points = await pointsOf(world);
    world.clock.advance(30 * HOUR_MS);
    const damaged = points.slice(-2).map(({ objectName }) => objectName);
    world.vaultData.damagedPoints = damaged.map((name) => ({
      ...{ name, machineId: "SQL", at: "2026-01-05T08:00:00.000Z", state: "lost", disks: [] },
    }));
    await world.run(await checkVault(context, world.vault, { depth: "data" }));
    await applyRetention(context, await world.item("SQL"));
    const kept = (await pointsOf(world)).map(({ objectName }) => objectName);
    expect(kept).toEqual([points.at(-3)?.objectName, points.at(-1)?.objectName]);
  });
});

describe("reclaiming space", () => {
  it("deletes, compacts, sweeps and counts, whatever instant it is killed at", async () => {
    const kills = await killedEverywhere(
      async (world) => {
        const context = await fill(world);
        world.clock.advance(30 * HOUR_MS);
        return reclaimSpace(context, world.vault);
      },
      async (world, job, killAt) => {
        expect([killAt, job.state, job.errors]).toEqual([killAt, "Succeeded", []]);
        expect(await pointsOf(world)).toHaveLength(1);
        expect(world.vaultData.points.size).toBe(1);
        expect(world.vaultData.compactions).toBeGreaterThan(0);
        const { context } = world.process();
        const view = SpaceView.parse(presentSpace(world.vault, await readSpace(context, world.vault)));
        expect(view.properties.latest).toMatchObject({ storedBytes: 1024, logicalBytes: 2048 });
        expect(view.properties.lastReclaim?.bytesAfter).toBe(1024);
        expect(view.properties.lastReclaim?.bytesBefore).toBeGreaterThan(1024);
      },
    );
    expect(kills).toBeGreaterThan(5);
  });

  it("happens by itself an hour after the last time, if something has changed", async () => {
    const world = new RecoveryWorld();
    const context = await fill(world);
    const jobs = () => context.jobs.list({ vaultId: world.vault.id, scenarioNames: ["ReclaimSpace"] });
    const look = async () => {
      await reclaimDueVaults(context, (error) => {
        throw error;
      });
      const [job] = await jobs();
      if (job) await world.run(job);
      return (await jobs()).length;
    };
    expect(await look()).toBe(1);
    expect(await look()).toBe(1);
    world.clock.advance(HOUR_MS);
    expect(await look()).toBe(1);
    await world.site.replicate("item-SQL", false);
    expect(await look()).toBe(2);
    expect(await reclaimSpace(context, world.vault)).toMatchObject({ state: "NotStarted" });
  });
});
