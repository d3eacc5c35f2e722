import { describe, expect, it } from "vitest";
import type { DamagedPoint } from "@/lib/engine/vault/vault-check";
import { presentItemVerification, presentVerification } from "@/lib/arm/presenters/verification";
import { ItemVerificationView, VerificationView } from "@/lib/contract/verification";
import { RecoveryWorld } from "@/lib/testing/recovery-world";
import { checkVault, type CheckDepth } from "./check-vault";
import { readItemVerification } from "./read-item-verification";
import { readVerification } from "./read-verification";
import { repairVault } from "./repair-vault";
import { runDueScrubs } from "./run-due-scrubs";
import { setScrubBudget } from "./set-scrub-budget";

async function protectedWorld() {
  const world = new RecoveryWorld();
  await world.furnish({ SQL: 100, WEB: 50 });
  const { context } = world.process();
  await world.protect(context, "SQL");
  await world.protect(context, "WEB");
  const check = async (what: CheckDepth) => world.run(await checkVault(context, world.vault, what));
  const pointOf = async (name: string) =>
    (await world.repositories.recoveryPoints.list(`item-${name}`))[0]?.objectName ?? "";
  return { world, context, check, pointOf };
}

const torn = (name: string, machineId: string): DamagedPoint => ({
  ...{ name, machineId, at: "2026-01-05T08:00:00.000Z", state: "partlyLost" },
  disks: [
    {
      ...{ diskId: "SQL-os", virtualSizeBytes: 1024 ** 3, lostBytes: 65_536, objects: ["data/aa/bb"] },
      extents: [{ offsetBytes: 131_072, lengthBytes: 65_536 }],
    },
  ],
});

describe("the verification of a vault", () => {
  it("has nothing to say before the first check, and then when it was and that all is sound", async () => {
    const { world, context, check } = await protectedWorld();
    expect(await readVerification(context, world.vault)).toMatchObject({ newest: null, newestData: null });
    const job = await check({ depth: "structure" });
    expect([job.state, job.errors]).toEqual(["Succeeded", []]);
    const known = await readVerification(context, world.vault);
    expect(known).toMatchObject({ newest: { jobId: job.id }, newestData: null, damagedPoints: [], runningJobId: null });
    expect(known.newest?.report.check.points).toBe(2);
  });

  it("expects every recovery point that the portal knows: one that was taken away is lost", async () => {
    const { world, context, check, pointOf } = await protectedWorld();
    world.vaultData.points.delete(await pointOf("WEB"));
    const job = await check({ depth: "structure" });
    expect(job.state).toBe("Succeeded");
    expect(job.errors).toMatchObject([{ code: "VaultDamaged", severity: "Warning" }]);
    const { damagedPoints } = await readVerification(context, world.vault);
    expect(damagedPoints).toMatchObject([{ state: "lost", item: { machineName: "WEB" } }]);
    const events = await world.repositories.events.list("vault-1", { take: 2 });
    expect(events.map(({ severity }) => severity).sort()).toEqual(["Critical", "Warning"]);
  });

  it("locates damage to machine, point, disk and extent, in the words of the API", async () => {
    const { world, context, check, pointOf } = await protectedWorld();
    world.vaultData.damagedPoints = [torn(await pointOf("SQL"), "SQL")];
    world.vaultData.damages = { damagedObjects: [{ name: "data/aa/bb", problem: "altered", blobsLost: 1 }] };
    await check({ depth: "data" });
    const view = presentVerification(world.vault, await readVerification(context, world.vault));
    expect(VerificationView.parse(view).properties).toMatchObject({
      damagedPoints: [{ machineName: "SQL", protectedItem: "SQL", lostBytes: 65_536, disks: [{ diskId: "SQL-os" }] }],
      damagedObjects: [{ kind: "Pack of disk blocks", problem: "altered" }],
      lastDataCheck: { depth: "data", damagedPoints: 1 },
    });
  });

  it("does not let a structure check take back what reading has shown, but a new reading does", async () => {
    const { world, context, check, pointOf } = await protectedWorld();
    world.vaultData.damagedPoints = [torn(await pointOf("SQL"), "SQL")];
    await check({ depth: "data" });
    world.vaultData.damagedPoints = [];
    world.clock.advance(1_000);
    await check({ depth: "structure" });
    expect((await readVerification(context, world.vault)).damagedPoints).toHaveLength(1);
    world.clock.advance(1_000);
    await check({ depth: "data" });
    expect((await readVerification(context, world.vault)).damagedPoints).toEqual([]);
  });

  it("says of each machine which check last saw its points, how, and what it found", async () => {
    const { world, context, check, pointOf } = await protectedWorld();
    const viewOf = async (name: string) => {
      const found = await readItemVerification(context, await world.item(name));
      return ItemVerificationView.parse(presentItemVerification(`items/${name}`, found)).properties;
    };
    expect(await viewOf("SQL")).toMatchObject({ verdict: "NotChecked", lastCheck: null, points: 1, pointsChecked: 0 });
    world.clock.advance(1_000);
    world.vaultData.damagedPoints = [torn(await pointOf("SQL"), "SQL")];
    const job = await check({ depth: "data" });
    world.clock.advance(1_000);
    await world.site.replicate("item-WEB", false);
    expect(await viewOf("SQL")).toMatchObject({
      ...{ verdict: "Damaged", lastCheck: { jobId: job.id, depth: "data" }, lastDataCheck: { jobId: job.id } },
      damagedPoints: [{ lostBytes: 65_536, state: "partlyLost" }],
    });
    expect(await viewOf("WEB")).toMatchObject({ verdict: "Sound", points: 2, pointsChecked: 1, damagedPoints: [] });
  });

  it("forgets the damage of a point that was deleted since", async () => {
    const { world, context, check, pointOf } = await protectedWorld();
    world.vaultData.damagedPoints = [torn(await pointOf("SQL"), "SQL")];
    await check({ depth: "data" });
    const [point] = await world.repositories.recoveryPoints.list("item-SQL");
    await world.repositories.recoveryPoints.delete(point?.id ?? "");
    expect((await readVerification(context, world.vault)).damagedPoints).toEqual([]);
  });

  it("goes on with a check that was killed: the same instant decides what is read already", async () => {
    const { world, context } = await protectedWorld();
    const job = await checkVault(context, world.vault, { depth: "data" });
    expect((await checkVault(context, world.vault, { depth: "structure" })).id).toBe(job.id);
    await world.run(job);
    expect(world.vaultData.checks.map(({ since }) => since)).toEqual([job.createdAt]);
  });
});

describe("the repair of a vault", () => {
  async function damagedWorld() {
    const made = await protectedWorld();
    const { world, pointOf, check } = made;
    world.vaultData.damagedPoints = [torn(await pointOf("SQL"), "SQL")];
    world.vaultData.damages = { damagedObjects: [{ name: "data/aa/bb", problem: "altered", blobsLost: 1 }] };
    await check({ depth: "data" });
    return made;
  }
  const heal = (world: RecoveryWorld) => {
    world.vaultData.damagedPoints = [];
    world.vaultData.damages = {};
  };

  it("is refused when nothing is known to be damaged", async () => {
    const { world, context } = await protectedWorld();
    const repairing = repairVault(context, world.vault, { deleteLostPoints: false });
    await expect(repairing).rejects.toMatchObject({ code: "NothingToRepair" });
  });

  it("takes damage out of use, has the machine send again what is lost, and says that all is sound", async () => {
    const { world, context } = await damagedWorld();
    const before = (await world.repositories.recoveryPoints.list("item-SQL")).length;
    world.clock.advance(1_000);
    const job = await repairVault(context, world.vault, { deleteLostPoints: true });
    heal(world);
    const ended = await world.run(job);
    expect([ended.state, ended.errors]).toEqual(["Succeeded", []]);
    expect(new Set(world.vaultData.isolated)).toEqual(new Set(["data/aa/bb"]));
    expect(await world.repositories.recoveryPoints.list("item-SQL")).toHaveLength(before + 1);
    expect(world.vaultData.checks.at(-1)?.read).toEqual({ modifiedSince: job.createdAt });
    expect(await readVerification(context, world.vault)).toMatchObject({ damagedPoints: [], damagedObjects: [] });
  });

  it("goes on without a site that is not connected, says so, and deletes lost points only when asked to", async () => {
    const { world, context } = await damagedWorld();
    world.site.connected = false;
    for (const deleteLostPoints of [false, true]) {
      world.clock.advance(1_000);
      const ended = await world.run(await repairVault(context, world.vault, { deleteLostPoints }));
      expect(ended.state).toBe("Succeeded");
      expect(ended.errors.map(({ code }) => code)).toEqual(["RepairSourceNotAsked", "VaultRepairedInPart"]);
      const left = await world.repositories.recoveryPoints.list("item-SQL");
      expect(left).toHaveLength(deleteLostPoints ? 0 : 1);
    }
    expect((await readVerification(context, world.vault)).damagedPoints).toEqual([]);
  });
});

describe("scheduled scrubs", () => {
  it("begin once a day with the vault's budget, not where they are turned off, and show when the next is", async () => {
    const { world, context } = await protectedWorld();
    await runDueScrubs(context);
    expect(await context.jobs.list({ vaultId: "vault-1", scenarioNames: ["CheckVault"] })).toEqual([]);
    world.clock.advance(24 * 3600 * 1000);
    await runDueScrubs(context);
    await runDueScrubs(context);
    const [job, ...others] = await context.jobs.list({ vaultId: "vault-1", scenarioNames: ["CheckVault"] });
    if (!job) throw new Error("a scrub was due");
    expect(others).toEqual([]);
    await world.run(job);
    expect(world.vaultData.checks).toMatchObject([{ read: { budgetBytes: 4096 * 1024 ** 2 } }]);
    const known = await readVerification(context, world.vault);
    expect(known.newest?.report.depth).toBe("scrub");
    expect(Date.parse(known.scrubs.nextAt ?? "") - Date.parse(job.createdAt)).toBe(24 * 3600 * 1000);
    world.clock.advance(24 * 3600 * 1000 - 10_000);
    await runDueScrubs(context);
    expect(await context.jobs.list({ vaultId: "vault-1", scenarioNames: ["CheckVault"] })).toHaveLength(1);
    await setScrubBudget(context, world.vault, 0);
    world.clock.advance(24 * 3600 * 1000);
    await runDueScrubs(context);
    expect(await context.jobs.list({ vaultId: "vault-1", scenarioNames: ["CheckVault"] })).toHaveLength(1);
    await expect(setScrubBudget(context, world.vault, -1)).rejects.toMatchObject({ code: "ScrubBudgetNotValid" });
  });
});
