import { describe, expect, it } from "vitest";
import { killedEverywhere } from "@/lib/testing/killed-everywhere";
import { RecoveryWorld } from "@/lib/testing/recovery-world";
import { careForOnDemandDisks } from "../care-for-on-demand-disks";
import type { OperationContext } from "../context";
import { disableProtection } from "../disable-protection";
import { runsOf } from "../run-evidence";
import { saveRecoveryPlan } from "../recovery-plans/edit-recovery-plan";
import { runRecoveryPlan } from "../recovery-plans/run-recovery-plan";
import { changeRecoveryPoint, cleanUpTestFailover, startFailover } from "../start-failover";
import type { FailoverRun } from "./failover-run";

const never = (error: unknown): void => {
  throw error;
};

async function furnished() {
  const world = new RecoveryWorld();
  const context = await world.furnish({ SQL: 100 });
  await world.protect(context, "SQL");
  return { world, context };
}

async function begin(world: RecoveryWorld, context: OperationContext, kind: FailoverRun["kind"]) {
  const item = await world.item("SQL");
  return startFailover(context, world.vault, item, {
    ...{ kind, itemId: item.id, point: { type: "LatestProcessed" }, networkName: "test" },
    ...{ shutDownSource: kind === "PlannedFailover", startInstantly: true },
  });
}

const newestRun = async (world: RecoveryWorld) => runsOf(await world.item("SQL"))[0];
const machinesOf = (world: RecoveryWorld) => world.repositories.deployedMachines.listByItem("item-SQL");

describe("a test failover that started instantly", () => {
  it("claims no identity before the disks were read back, and then says when they were", async () => {
    const { world, context } = await furnished();
    world.onDemandDisks.completes = false;
    await world.run(await begin(world, context, "TestFailover"));
    await careForOnDemandDisks(context, never);
    expect((await newestRun(world))?.disks).toMatchObject([
      { identical: false, restoredRoot: null, verifiedAt: null, bytesVerified: 0 },
      { identical: false, restoredRoot: null, verifiedAt: null, bytesVerified: 0 },
    ]);
    world.onDemandDisks.completes = true;
    await careForOnDemandDisks(context, never);
    const run = await newestRun(world);
    expect(run?.disks.every((disk) => disk.identical && disk.restoredRoot === disk.pointRoot)).toBe(true);
    expect(run?.disks[0]?.verifiedAt).toBe("2026-01-05T08:00:01.000Z");
    const [machine] = await machinesOf(world);
    expect(machine?.disks.map((disk) => [disk.verified, disk.onDemand])).toEqual([
      [true, false],
      [true, false],
    ]);
    expect(world.region.log).toContain("settled SQL-test");
    expect(world.onDemandDisks.served.size).toBe(0);
  });

  it("is served again by the next process, and completed there", async () => {
    const { world, context } = await furnished();
    world.onDemandDisks.completes = false;
    await world.run(await begin(world, context, "TestFailover"));
    world.onDemandDisks.served.clear();
    world.onDemandDisks.completes = true;
    const next = world.process().context;
    await careForOnDemandDisks(next, never);
    expect((await newestRun(world))?.disks.every((disk) => disk.identical)).toBe(true);
  });

  it("leaves nothing when it is completed early, and its evidence still claims nothing", async () => {
    const { world, context } = await furnished();
    world.onDemandDisks.completes = false;
    await world.run(await begin(world, context, "TestFailover"));
    const job = await world.run(await cleanUpTestFailover(context, await world.item("SQL"), "enough"));
    expect(job.state).toBe("Succeeded");
    expect(world.onDemandDisks.served.size).toBe(0);
    expect([...world.folders.files.keys()]).toEqual([]);
    expect(await newestRun(world)).toMatchObject({
      cleanup: { remainingResources: [] },
      disks: [{ identical: false }, { identical: false }],
    });
  });

  it("is not cleaned up while a socket of its disks is left", async () => {
    const { world, context } = await furnished();
    await world.run(await begin(world, context, "TestFailover"));
    world.onDemandDisks.stubborn = "socket blocks-1.sock";
    const job = await world.run(await cleanUpTestFailover(context, await world.item("SQL"), ""));
    expect(job.state).toBe("Failed");
    expect(job.errors[0]).toMatchObject({
      code: "CleanupIncomplete",
      message: expect.stringMatching(/socket/) as string,
    });
  });
});

describe("a failover that starts instantly", () => {
  it("ends with disks that are proven and ordinary", async () => {
    const { world, context } = await furnished();
    const job = await world.run(await begin(world, context, "PlannedFailover"));
    expect(job.state).toBe("Succeeded");
    expect((await world.store.steps(job.id)).at(-1)).toMatchObject({ name: "VmFoCompleteDisks", state: "Succeeded" });
    expect((await newestRun(world))?.disks.every((disk) => disk.identical)).toBe(true);
    expect(world.region.log.slice(-1)).toEqual(["settled SQL"]);
    expect((await machinesOf(world))[0]?.disks.some((disk) => disk.onDemand)).toBe(false);
  });

  it("fails with the cause when the vault cannot give a block, keeps the machine, and can be finished later", async () => {
    const { world, context } = await furnished();
    const problem = { code: "VaultPackDamaged", message: "gone", possibleCauses: "-", recommendedAction: "-" };
    world.onDemandDisks.problem = problem;
    const job = await world.run(await begin(world, context, "UnplannedFailover"));
    expect([job.state, job.errors.map((error) => error.code)]).toEqual(["Failed", ["VaultPackDamaged"]]);
    expect(await world.item("SQL")).toMatchObject({ activeLocation: "Recovery" });
    expect(world.region.running()).toEqual(["SQL"]);
    world.onDemandDisks.problem = null;
    expect((await world.run(await context.jobs.restart(job.id))).state).toBe("Succeeded");
    expect((await newestRun(world))?.disks.every((disk) => disk.identical)).toBe(true);
  });

  it("keeps its recovery point until it is whole: protection cannot be disabled before", async () => {
    const { world, context } = await furnished();
    const gone = { code: "VaultPackDamaged", message: "gone", possibleCauses: "-", recommendedAction: "-" };
    world.onDemandDisks.problem = gone;
    await world.run(await begin(world, context, "UnplannedFailover"));
    await expect(disableProtection(context, await world.item("SQL"))).rejects.toMatchObject({
      code: "DisksNotComplete",
    });
    world.onDemandDisks.problem = null;
    await careForOnDemandDisks(context, never);
    await expect(disableProtection(context, await world.item("SQL"))).resolves.toMatchObject({
      scenarioName: "DisableDr",
    });
  });

  it("ends well wherever it is killed, with one machine and proven disks", async () => {
    const kills = await killedEverywhere(
      async (world) => {
        const context = await world.furnish({ SQL: 100 });
        await world.protect(context, "SQL");
        return begin(world, context, "UnplannedFailover");
      },
      async (world, job, killAt) => {
        expect([killAt, job.state]).toEqual([killAt, "Succeeded"]);
        expect(world.region.running()).toEqual(["SQL"]);
        const machines = await machinesOf(world);
        expect(machines.flatMap((machine) => machine.disks.map((disk) => [disk.verified, disk.onDemand]))).toEqual([
          [true, false],
          [true, false],
        ]);
        expect((await newestRun(world))?.disks.every((disk) => disk.identical)).toBe(true);
      },
    );
    expect(kills).toBeGreaterThan(10);
  });
});

describe("a recovery plan whose failover starts instantly", () => {
  async function plan(world: RecoveryWorld, kind: FailoverRun["kind"]) {
    const context = await world.furnish({ SQL: 100, WEB: 50 });
    for (const name of ["SQL", "WEB"]) await world.protect(context, name);
    const fabric = await world.repositories.fabrics.get("fabric-1");
    if (!fabric) throw new Error("no site");
    const group = (id: string) => ({ type: "Boot" as const, protectedItemIds: [id], startActions: [], endActions: [] });
    const groups = ["item-SQL", "item-WEB"].map(group);
    const made = await saveRecoveryPlan(context, world.vault, { name: "shop", fabric, groups });
    return runRecoveryPlan(context, world.vault, made, {
      ...{ kind, point: { type: "LatestProcessed" }, testNetworkName: null, startInstantly: true },
      shutDownSource: kind === "PlannedFailover",
    });
  }

  it.each(["PlannedFailover", "UnplannedFailover"] as const)(
    "ends its %s with disks that are proven and ordinary",
    async (kind) => {
      const world = new RecoveryWorld();
      const job = await world.run(await plan(world, kind));
      expect([job.state, job.errors]).toEqual(["Succeeded", []]);
      const steps = await world.store.steps(job.id);
      const started = steps.findLastIndex(({ name }) => name === "VmFoStartVmOnSecondary");
      expect(steps.slice(started + 1).map(({ name, state }) => [name, state])).toEqual([
        ["VmFoCompleteDisks", "Succeeded"],
        ["VmFoCompleteDisks", "Succeeded"],
      ]);
      for (const name of ["SQL", "WEB"]) {
        const [run] = runsOf(await world.item(name));
        expect(run?.disks.every((disk) => disk.identical && disk.startedInstantly)).toBe(true);
        const [machine] = await world.repositories.deployedMachines.listByItem(`item-${name}`);
        expect(machine?.disks.some((disk) => disk.onDemand)).toBe(false);
      }
    },
  );

  it("keeps the machines when a block cannot be had, says so, and can be finished later", async () => {
    const world = new RecoveryWorld();
    world.onDemandDisks.problem = {
      ...{ code: "VaultPackDamaged", message: "gone", possibleCauses: "-", recommendedAction: "-" },
    };
    const job = await world.run(await plan(world, "PlannedFailover"));
    expect([job.state, new Set(job.errors.map(({ code }) => code))]).toEqual(["Failed", new Set(["VaultPackDamaged"])]);
    expect(world.region.running().sort()).toEqual(["SQL", "WEB"]);
    world.onDemandDisks.problem = null;
    const again = await world.run(await world.process().context.jobs.restart(job.id));
    expect(again.state).toBe("Succeeded");
    expect((await newestRun(world))?.disks.every((disk) => disk.identical)).toBe(true);
  });
});

describe("a change of the recovery point that starts instantly", () => {
  async function failedOver(world: RecoveryWorld) {
    const context = await world.furnish({ SQL: 100 });
    await world.protect(context, "SQL");
    const [first] = await world.repositories.recoveryPoints.list("item-SQL");
    world.site.write("SQL", 50);
    await world.site.replicate("item-SQL", false);
    await world.run(await begin(world, context, "UnplannedFailover"));
    return { context, pointId: first?.id ?? "" };
  }

  it("keeps the former replica's disks until those of the new one are proven", async () => {
    const world = new RecoveryWorld();
    const { context, pointId } = await failedOver(world);
    const problem = { code: "VaultPackDamaged", message: "gone", possibleCauses: "-", recommendedAction: "-" };
    world.onDemandDisks.problem = problem;
    const job = await world.run(await changeRecoveryPoint(context, await world.item("SQL"), pointId, true));
    expect([job.state, job.errors.map(({ code }) => code)]).toEqual(["Failed", ["VaultPackDamaged"]]);
    expect((await machinesOf(world)).map(({ state }) => state).sort()).toEqual(["Running", "Stopped"]);
    world.onDemandDisks.problem = null;
    expect((await world.run(await context.jobs.restart(job.id))).state).toBe("Succeeded");
    const machines = await machinesOf(world);
    expect(machines.map(({ recoveryPointId }) => recoveryPointId)).toEqual([pointId]);
    expect(machines[0]?.disks.some((disk) => disk.onDemand)).toBe(false);
    const run = await newestRun(world);
    expect([run?.kind, run?.disks.every((disk) => disk.identical && disk.startedInstantly)]).toEqual([
      "ChangeRecoveryPoint",
      true,
    ]);
  });

  it("ends well wherever it is killed, with one machine and proven disks", async () => {
    const kills = await killedEverywhere(
      async (world) => {
        const { context, pointId } = await failedOver(world);
        return changeRecoveryPoint(context, await world.item("SQL"), pointId, true);
      },
      async (world, job, killAt) => {
        expect([killAt, job.state]).toEqual([killAt, "Succeeded"]);
        expect(world.region.running()).toEqual(["SQL"]);
        const machines = await machinesOf(world);
        expect(machines.flatMap(({ disks }) => disks.map((disk) => [disk.verified, disk.onDemand]))).toEqual([
          [true, false],
          [true, false],
        ]);
      },
    );
    expect(kills).toBeGreaterThan(10);
  });
});
