import { describe, expect, it } from "vitest";
import type { Drill } from "@/lib/domain/drill";
import type { RecoveryPlan, RecoveryPlanAction } from "@/lib/domain/entities";
import { readinessParts } from "@/lib/domain/readiness-parts";
import { Fault } from "@/lib/kernel/fault";
import { BugError } from "@/lib/kernel/assert";
import { RecoveryWorld, SCOPE } from "@/lib/testing/recovery-world";
import { sampleAccount, sampleRunbook } from "@/lib/testing/sample-automation";
import { sampleFailoverRecord } from "@/lib/testing/sample-entities";
import { checkVault } from "../check-vault";
import type { OperationContext } from "../context";
import { runDrillNow } from "../drills/run-drill-now";
import { saveDrill } from "../drills/save-drill";
import { saveRecoveryPlan, updateRecoveryPlan } from "../recovery-plans/edit-recovery-plan";
import { runRecoveryPlan } from "../recovery-plans/run-recovery-plan";
import { startDueDrills } from "../drills/start-due-drills";
import { startFailover } from "../start-failover";
import { flagResynchronization } from "../resynchronization/flag-resynchronization";
import { readCoverage } from "./read-coverage";
import { readReadiness } from "./read-readiness";
import { readTrends } from "./read-trends";

const DAY_MS = 24 * 3_600_000;
const NAMES = ["SQL", "WEB"];

interface Shop {
  readonly world: RecoveryWorld;
  readonly context: OperationContext;
  readonly plan: RecoveryPlan;
  readonly drill: Drill;
}

const boot = (startActions: readonly RecoveryPlanAction[] = []) => ({
  ...{ type: "Boot" as const, protectedItemIds: NAMES.map((name) => `item-${name}`) },
  ...{ startActions, endActions: [] },
});

/** Protected, in a plan, drilled, checked: nothing is wanting. */
async function goodWorld(startActions: readonly RecoveryPlanAction[] = []): Promise<Shop> {
  const world = new RecoveryWorld();
  const context = await world.furnish({ SQL: 100, WEB: 300 });
  for (const name of NAMES) await world.protect(context, name);
  world.vaultData.hasRecoveryPassphrase = true;
  const fabric = await world.repositories.fabrics.get("fabric-1");
  if (!fabric) throw new Error("no site");
  const plan = await saveRecoveryPlan(context, world.vault, { name: "shop", fabric, groups: [boot(startActions)] });
  const drill = await saveDrill(context, world.vault, "nightly", {
    ...{ planId: plan.id, trigger: { kind: "Schedule", cron: "0 9 * * *" }, timeZone: "UTC", windows: [] },
    ...{ whenMissed: "Skip", graceMinutes: 0, networkName: "test", point: "Latest", useSharedPoints: false },
    ...{ cleanUp: { kind: "AfterMinutes", minutes: 1 }, enabled: true, keepRuns: 50 },
  });
  await world.run(await runDrillNow(context, drill));
  await world.run(await checkVault(context, world.vault, { depth: "data" }));
  for (const name of NAMES) await world.site.replicate(`item-${name}`, false);
  await world.heartbeat(context);
  return { world, context, plan, drill };
}

const stateOf = async ({ context, world }: Shop, id: string) => {
  const { parts } = await readReadiness(context, world.vault);
  const found = parts.find((part) => part.id === id);
  if (!found) throw new Error(`no part ${id}`);
  return found;
};

const runbook: RecoveryPlanAction = {
  ...{ name: "Move the address", failoverTypes: ["PlannedFailover"], failoverDirections: ["PrimaryToRecovery"] },
  details: {
    ...{
      kind: "AutomationRunbookActionDetails",
      accountName: "contoso-automation",
      runbookName: "switch-dns",
      timeoutSeconds: 60,
    },
    fabricLocation: "Recovery",
  },
};
/** The plan names a runbook of an account; `text`: what is published, null: nothing. */
async function withRunbook({ world, context, plan }: Shop, text: string | null): Promise<void> {
  await world.repositories.automationAccounts.insert(sampleAccount(SCOPE));
  await world.repositories.runbooks.insert(sampleRunbook({ draft: "echo draft" }));
  const version = { runbookId: "runbook-1", number: 1, publishedAt: "1", sha256: "aa" };
  if (text !== null) await world.repositories.runbooks.publish(1, { ...version, text });
  await edit(context, plan, [boot([runbook])]);
}
const manual: RecoveryPlanAction = {
  ...{ name: "Tell the staff", failoverTypes: ["UnplannedFailover"], failoverDirections: ["PrimaryToRecovery"] },
  details: { kind: "ManualActionDetails", description: "By telephone.", timeoutMinutes: 30 },
};
const unplanned = {
  kind: "UnplannedFailover",
  point: { type: "LatestProcessed" },
  testNetworkName: null,
  shutDownSource: false,
} as const;
const point = { type: "Latest" } as const;

/** For each part, a fault in the world that must be seen, and a word of what is told of it. */
const faults: Record<
  string,
  { readonly fault: string; readonly says: RegExp; readonly plant: (shop: Shop) => Promise<unknown> }[]
> = {
  recoveryPoints: [
    {
      fault: "a machine whose points are late",
      says: /WEB: 151 s of 150 s/,
      plant: async ({ world, context }) => {
        world.clock.advance(151_000);
        await world.site.replicate("item-SQL", false);
        await world.heartbeat(context);
      },
    },
    {
      fault: "a machine without a point",
      says: /WEB: no recovery point/,
      plant: async ({ world }) => {
        for (const { id } of await world.repositories.recoveryPoints.list("item-WEB"))
          await world.repositories.recoveryPoints.delete(id);
      },
    },
  ],
  replication: [
    {
      fault: "an error of replication",
      says: /SQL: The disk is gone/,
      plant: async ({ world }) => {
        const item = await world.item("SQL");
        const replicationError = {
          code: "X",
          message: "The disk is gone",
          possibleCauses: "",
          recommendedAction: "",
        };
        await world.repositories.protectedItems.update(item.id, item.revision, { replicationError });
      },
    },
    {
      fault: "a machine that has failed over",
      says: /SQL: it runs in Azure/,
      plant: async ({ world, context }) => {
        const run = { kind: "UnplannedFailover", itemId: "item-SQL", networkName: null } as const;
        const item = await world.item("SQL");
        const how = { ...run, point: { type: "LatestProcessed" }, shutDownSource: false } as const;
        await world.run(await startFailover(context, world.vault, item, how));
      },
    },
  ],
  resynchronization: [
    {
      fault: "a flag",
      says: /SQL: by hand/,
      plant: async ({ world, context }) => {
        const about = { reason: "by hand", flaggedBy: "User", compareWith: "LastPoint" } as const;
        await flagResynchronization(context, await world.item("SQL"), about);
      },
    },
  ],
  vaultUnlocked: [{ fault: "a lock", says: /not on this machine/, plant: ({ world }) => world.vaultData.lock() }],
  recoveryPassphrase: [
    {
      fault: "no second passphrase",
      says: /one passphrase/,
      plant: async ({ world }) => void (world.vaultData.hasRecoveryPassphrase = false),
    },
  ],
  vaultSound: [
    {
      fault: "no check for eight days",
      says: /last read at/,
      plant: async ({ world }) => world.clock.advance(8 * DAY_MS),
    },
    {
      fault: "a check since then of the structure only",
      says: /last read at/,
      plant: async ({ world, context }) => {
        world.clock.advance(8 * DAY_MS);
        await world.run(await checkVault(context, world.vault, { depth: "structure" }));
      },
    },
    {
      fault: "a recovery point that is gone from the store",
      says: /1 damaged recovery points/,
      plant: async ({ world, context }) => {
        const newest = await world.repositories.recoveryPoints.newest("item-SQL");
        world.vaultData.points.delete(newest?.objectName ?? "");
        await world.run(await checkVault(context, world.vault, { depth: "data" }));
      },
    },
    {
      fault: "a check that failed",
      says: /newest check failed: The store is away/,
      plant: async ({ world, context }) => {
        world.vaultData.check = async () => {
          throw fault("The store is away.");
        };
        await world.run(await checkVault(context, world.vault, { depth: "data" }));
      },
    },
  ],
  machinesInPlans: [
    {
      fault: "a machine that was taken out of the plan",
      says: /In no plan: WEB/,
      plant: ({ context, plan }) => edit(context, plan, [{ ...boot(), protectedItemIds: ["item-SQL"] }]),
    },
  ],
  plansTested: [
    {
      fault: "an action that was added since",
      says: /shop: changed since its last test/,
      plant: ({ context, plan }) => edit(context, plan, [boot([manual])]),
    },
    {
      fault: "machines that were put in another order",
      says: /shop: changed since/,
      plant: ({ context, plan }) => edit(context, plan, [{ ...boot(), protectedItemIds: ["item-WEB", "item-SQL"] }]),
    },
    {
      fault: "a plan that was never tested",
      says: /second: never tested/,
      plant: async ({ world, context }) => {
        const fabric = await world.repositories.fabrics.get("fabric-1");
        if (fabric) await saveRecoveryPlan(context, world.vault, { name: "second", fabric, groups: [boot()] });
      },
    },
  ],
  machinesTested: [
    {
      fault: "a machine that is not protected",
      says: /2 of 3 since .* Not: NEW/,
      plant: async ({ world, context }) => {
        world.site.machines.set("NEW", { id: "NEW", name: "NEW", power: "running", orders: 1, bootable: true });
        await world.heartbeat(context);
      },
    },
    {
      fault: "tests that are more than six months old",
      says: /0 of 2 since/,
      plant: async ({ world }) => world.clock.advance(190 * DAY_MS),
    },
  ],
  lastDrills: [
    {
      fault: "a drill that failed",
      says: /nightly: failed, /,
      plant: async ({ world, context, drill }) => {
        world.region.bootFailures.set("SQL-test", 1);
        await world.run(await runDrillNow(context, drill));
      },
    },
    {
      fault: "a start that was missed",
      says: /nightly: was not started/,
      plant: async ({ world, context }) => {
        world.clock.advance(DAY_MS);
        await startDueDrills(context, (error) => {
          throw error;
        });
      },
    },
    {
      fault: "no drill at all",
      says: /No drill is enabled/,
      plant: ({ world, drill }) => world.repositories.drills.delete(drill.id),
    },
  ],
  sitesConnected: [
    {
      fault: "a silent host",
      says: /HV01 \(branch\), last heard 2026/,
      plant: async ({ world }) => void (world.site.connected = false),
    },
  ],
  diskRoom: [
    {
      fault: "a disk that is nearly full, with machines that were counted",
      says: /0\.00 GiB free, 4\.00 GiB needed for 2 machines/,
      plant: async ({ world }) => {
        await count(world);
        world.folders.free = 1024;
      },
    },
  ],
  runbooks: [
    {
      fault: "a runbook that was never published",
      says: /shop: .*Switch-DNS.*publish/,
      plant: (shop) => withRunbook(shop, null),
    },
    {
      fault: "a language that is not installed any more",
      says: /shop: .*Shell/,
      plant: async (shop) => {
        await withRunbook(shop, "echo switched");
        shop.world.runbooks.missing.add("Shell");
      },
    },
  ],
  manualActions: [
    {
      fault: "an action that waits longer than it may",
      says: /shop: Tell the staff, due /,
      plant: async ({ world, context, plan }) => {
        await edit(context, plan, [boot([manual])]);
        const now = (await world.repositories.recoveryPlans.get(plan.id)) as RecoveryPlan;
        const job = await runRecoveryPlan(context, world.vault, now, unplanned);
        await untilSuspended(world, job.id);
        world.clock.advance(31 * 60_000);
      },
    },
  ],
  testsCleanedUp: [
    {
      fault: "a test that is up for fifteen days",
      says: /SQL-test, since 2026/,
      plant: async ({ world, context }) => {
        const item = await world.item("SQL");
        const run = {
          kind: "TestFailover",
          itemId: item.id,
          point,
          networkName: "test",
          shutDownSource: false,
        } as const;
        await world.run(await startFailover(context, world.vault, item, run));
        world.clock.advance(15 * DAY_MS);
      },
    },
  ],
};

const fault = (message: string) => new Fault({ code: "X", message, possibleCauses: "", recommendedAction: "" });
async function edit(context: OperationContext, plan: RecoveryPlan, groups: RecoveryPlan["groups"]) {
  await updateRecoveryPlan(context, (await context.repositories.recoveryPlans.get(plan.id)) as RecoveryPlan, groups);
}
async function count(world: RecoveryWorld) {
  const counted = { points: 1, newestBytes: 2 * 2 ** 30, logicalBytes: 0, deduplicatedBytes: 0, exclusiveBytes: 0 };
  const bytes = { storedBytes: 0, logicalBytes: 0, deduplicatedBytes: 0, compressedBytes: 0, reclaimableBytes: 0 };
  const machines = NAMES.map((machineId) => ({ machineId, ...counted }));
  await world.repositories.vaultSamples.add({ vaultId: "vault-1", at: "2026-01-05T08:00:00.000Z", ...bytes, machines });
}
async function untilSuspended(world: RecoveryWorld, jobId: string) {
  const { runner } = world.process();
  runner.start();
  while ((await world.store.get(jobId))?.state !== "Suspended") await new Promise((resolve) => setTimeout(resolve, 1));
  await runner.stop();
}

describe("the readiness score", () => {
  it("is 100 in a world in which nothing is wanting, and each part says what it has seen", async () => {
    const { context, world } = await goodWorld();
    const { score, parts } = await readReadiness(context, world.vault);
    expect(parts.filter((part) => part.state !== "Met")).toEqual([]);
    expect(score).toBe(100);
    expect(parts.reduce((sum, part) => sum + part.weight, 0)).toBe(100);
    for (const part of parts) expect(part.evidence.length, part.id).toBeGreaterThan(4);
  });

  it("has a planted fault for every part that there is", () => {
    expect(Object.keys(faults).sort()).toEqual(readinessParts.map((part) => part.id).sort());
  });

  const each = Object.entries(faults).flatMap(([id, list]) => list.map((one) => ({ id, ...one })));
  it.each(each)("loses its part $id by $fault", async ({ id, says, plant }) => {
    const shop = await goodWorld();
    expect((await stateOf(shop, id)).state).toBe("Met");
    await plant(shop);
    const found = await stateOf(shop, id);
    expect(found.state).toBe("NotMet");
    expect(found.evidence).toMatch(says);
    expect(found.action?.length).toBeGreaterThan(4);
    const { score } = await readReadiness(shop.context, shop.world.vault);
    expect(score).toBeLessThanOrEqual(100 - found.weight);
  });

  it("gets the part back when the fault is cured", async () => {
    const shop = await goodWorld();
    await shop.world.vaultData.lock();
    expect((await stateOf(shop, "vaultUnlocked")).state).toBe("NotMet");
    await shop.world.vaultData.unlock();
    expect((await stateOf(shop, "vaultUnlocked")).state).toBe("Met");
    await edit(shop.context, shop.plan, [boot([manual])]);
    expect((await stateOf(shop, "plansTested")).state).toBe("NotMet");
    await shop.world.run(await runDrillNow(shop.context, shop.drill));
    expect((await stateOf(shop, "plansTested")).state).toBe("Met");
  });

  it("has its part of the runbooks while all of them could run now", async () => {
    const shop = await goodWorld();
    await withRunbook(shop, "echo switched");
    const { state, evidence } = await stateOf(shop, "runbooks");
    expect(`${state}: ${evidence}`).toBe("Met: 1 use, all of runbooks that could run now.");
  });

  it("does not count what could not be looked at, and says why; a defect of the portal is not taken for that", async () => {
    const shop = await goodWorld();
    shop.world.folders.free = fault("The disk does not answer.");
    expect(await stateOf(shop, "diskRoom")).toMatchObject({ state: "Unknown", evidence: "The disk does not answer." });
    expect((await readReadiness(shop.context, shop.world.vault)).score).toBe(96);
    shop.world.vaultData.keyState = async () => {
      throw fault("The key file cannot be read.");
    };
    for (const id of ["vaultUnlocked", "recoveryPassphrase"]) {
      expect(await stateOf(shop, id)).toMatchObject({ state: "Unknown", evidence: "The key file cannot be read." });
    }
    shop.world.vaultData.keyState = async () => {
      throw new BugError("wrong key");
    };
    await expect(readReadiness(shop.context, shop.world.vault)).rejects.toThrow("wrong key");
  });

  it("cannot say that there is room while machines that may not fit were not counted", async () => {
    const shop = await goodWorld();
    shop.world.folders.free = 3 * 2 ** 30;
    expect(await stateOf(shop, "diskRoom")).toMatchObject({
      state: "Unknown",
      evidence: expect.stringMatching(/needed at most for 2 machines; .*SQL; WEB/) as never,
    });
    await count(shop.world);
    expect(await stateOf(shop, "diskRoom")).toMatchObject({ state: "NotMet" });
    shop.world.folders.free = 5 * 2 ** 30;
    expect(await stateOf(shop, "diskRoom")).toMatchObject({ state: "Met" });
  });

  it("is 0 but for what cannot be wrong yet in a vault in which there is nothing", async () => {
    const world = new RecoveryWorld();
    const context = await world.furnish({});
    await world.vaultData.lock();
    world.site.connected = false;
    const { parts } = await readReadiness(context, world.vault);
    const met = parts.filter((part) => part.state === "Met").map((part) => part.id);
    expect(met).toEqual(["runbooks", "manualActions", "testsCleanedUp"]);
  });
});

describe("coverage", () => {
  it("counts the machines of all sites, and says of each that was not tested how to test it", async () => {
    const world = new RecoveryWorld();
    const context = await world.furnish({ SQL: 1, WEB: 1, APP: 1, NEW: 1 });
    for (const name of ["SQL", "WEB", "APP"]) await world.protect(context, name);
    const fabric = await world.repositories.fabrics.get("fabric-1");
    if (fabric) await saveRecoveryPlan(context, world.vault, { name: "shop", fabric, groups: [boot()] });
    const item = await world.item("SQL");
    const run = { kind: "TestFailover", itemId: item.id, point, networkName: "test", shutDownSource: false } as const;
    await world.run(await startFailover(context, world.vault, item, run));
    const now = await readCoverage(context, world.vault, 6);
    expect([now.testedCount, now.machineCount, now.testedPercent]).toEqual([1, 4, 25]);
    expect(now.untested.map(({ name, way }) => `${name}: ${way.kind}`)).toEqual([
      ...["APP: TestMachine", "NEW: Protect", "WEB: TestPlan"],
    ]);
    world.clock.advance(70 * DAY_MS);
    const of = async (months: number) => (await readCoverage(context, world.vault, months)).testedCount;
    expect([await of(1), await of(3)]).toEqual([0, 1]);
  });

  it("counts a test that is on record although the machine was protected anew, and none that failed", async () => {
    const world = new RecoveryWorld();
    const context = await world.furnish({ SQL: 1 });
    await world.protect(context, "SQL");
    const machine = (outcome: "Succeeded" | "Failed") => ({
      ...{ protectedItemId: "item-SQL", name: "SQL", replicaName: null, outcome, recoveryPoint: null, disks: [] },
      ...{ firstLineMs: null, firstSignOfLifeAt: null, loss: { seconds: null, bytes: null, orders: null } },
      ...{ ordersAtSource: null, ordersOnReplica: null, screenshot: null, applicationCheck: null },
    });
    const put = (id: string, outcome: "Succeeded" | "Failed") =>
      context.repositories.failoverRecords.put(
        sampleFailoverRecord({ id, declaredAt: "2026-01-04T00:00:00.000Z", outcome, machines: [machine(outcome)] }),
      );
    const tested = async () => (await readCoverage(context, world.vault, 6)).testedCount;
    await put("failed", "Failed");
    expect(await tested()).toBe(0);
    await put("good", "Succeeded");
    expect(await tested()).toBe(1);
  });

  it("sets apart what cannot be protected, and keeps protected machines whose host was removed", async () => {
    const world = new RecoveryWorld();
    const context = await world.furnish({ SQL: 1, "not_valid!": 1 });
    await world.protect(context, "SQL");
    const before = await readCoverage(context, world.vault, 6);
    expect([before.machineCount, before.notProtectable.map(({ name }) => name)]).toEqual([1, ["not_valid!"]]);
    await world.repositories.providers.delete("provider-1");
    expect((await readCoverage(context, world.vault, 6)).untested.map(({ name }) => name)).toEqual(["SQL"]);
  });
});

describe("trends", () => {
  it("show the runs of a plan or of the vault over time, beside their targets", async () => {
    const world = new RecoveryWorld();
    const context = await world.furnish({});
    const put = (id: string, day: number, changes: Parameters<typeof sampleFailoverRecord>[0] = {}) =>
      context.repositories.failoverRecords.put(
        sampleFailoverRecord({ id, declaredAt: `2026-01-0${day}T00:00:00.000Z`, ...changes }),
      );
    await put("old", 1, { declaredAt: "2025-01-01T00:00:00.000Z" });
    await put("late", 3, { measured: { rpoSeconds: 90, rtoSeconds: 10 } });
    await put("first", 1, { measured: { rpoSeconds: 10, rtoSeconds: null } });
    await put("running", 4, { outcome: "InProgress" });
    const other = { type: "ProtectedItem" as const, id: "item-1", name: "SQL" };
    await put("single", 2, { subject: other, targets: { rpoSeconds: null, rtoSeconds: null } });
    const all = await readTrends(context, world.vault, { months: 6, subjectName: null });
    expect(all.points.map(({ runId }) => runId)).toEqual(["first", "single", "late"]);
    expect(all.subjects).toEqual(["order-system", "SQL"]);
    expect(all.rpo).toEqual({
      ...{ newestSeconds: 90, medianSeconds: 12, worstSeconds: 90, measuredCount: 3 },
      ...{ withinTargetCount: 1, withTargetCount: 2 },
    });
    const plan = await readTrends(context, world.vault, { months: 6, subjectName: "Order-System" });
    expect(plan.points.map(({ runId }) => runId)).toEqual(["first", "late"]);
    expect(plan.rto).toMatchObject({ newestSeconds: 10, measuredCount: 1 });
  });
});
