import { describe, expect, it } from "vitest";
import type { Job } from "@/lib/jobs/job";
import { killedEverywhere } from "@/lib/testing/killed-everywhere";
import { siteFault } from "@/lib/testing/memory-site";
import { RecoveryWorld } from "@/lib/testing/recovery-world";
import type { OperationContext } from "../context";
import { desiredReplications } from "../desired-replications";
import { completeMigration } from "../disable-protection";
import { runsOf } from "../run-evidence";
import { cancelFailover } from "../start-failback";
import { commitFailover, startFailover } from "../start-failover";

const codes = (job: Job) => job.errors.map((error) => error.code);

/** SQL in Azure, not committed, with four orders taken there. */
async function failedOver(world: RecoveryWorld, kind: "PlannedFailover" | "UnplannedFailover" = "PlannedFailover") {
  const context = await world.furnish({ SQL: 100 });
  await world.protect(context, "SQL");
  const item = await world.item("SQL");
  const point = { type: kind === "PlannedFailover" ? "Latest" : "LatestProcessed" } as const;
  const run = { kind, itemId: item.id, point, networkName: null, shutDownSource: kind === "PlannedFailover" };
  expect((await world.run(await startFailover(context, world.vault, item, run))).state).toBe("Succeeded");
  world.replicaCapture.write("SQL", 4);
  return context;
}

const cancel = async (world: RecoveryWorld, context: OperationContext) =>
  cancelFailover(context, await world.item("SQL"));

describe("cancelling a failover", () => {
  it("runs the source again, deletes the replica, and says which orders are lost", async () => {
    const world = new RecoveryWorld();
    const context = await failedOver(world);
    const job = await world.run(await cancel(world, context));
    expect([job.state, job.errors]).toEqual(["Succeeded", []]);
    expect(world.site.machine("SQL")).toMatchObject({ power: "running", orders: 100 });
    expect([world.region.machines.size, world.folders.files.size, world.ranTwice.size]).toEqual([0, 0, 0]);
    const item = await world.item("SQL");
    expect(item).toMatchObject({
      state: "Protected",
      activeLocation: "Primary",
      failoverRecoveryPointId: null,
      heldByJobId: null,
    });
    expect(runsOf(item)[0]).toMatchObject({
      kind: "CancelFailover",
      ordersOnReplica: 104,
      ordersLost: 4,
      ordersAtSource: 100,
      cleanup: { remainingResources: [] },
    });
    expect((await desiredReplications(context, "provider-1"))[0]?.state).toBe("active");
  });

  it("leaves a source that never stopped alone", async () => {
    const world = new RecoveryWorld();
    const context = await failedOver(world, "UnplannedFailover");
    world.site.write("SQL", 9);
    const job = await world.run(await cancel(world, context));
    expect(job.state).toBe("Succeeded");
    expect(world.site.log).toEqual([]);
    expect(world.site.machine("SQL").orders).toBe(109);
  });

  it("is refused with the reason when the site does not answer, and nothing is touched", async () => {
    const world = new RecoveryWorld();
    const context = await failedOver(world);
    world.site.connected = false;
    await expect(cancel(world, context)).rejects.toMatchObject({
      kind: "conflict",
      code: "SiteNotConnected",
      message: expect.stringContaining("site does not answer") as string,
    });
    expect(world.region.running()).toEqual(["SQL"]);
    expect((await world.item("SQL")).heldByJobId).toBeNull();
  });

  it("is refused once the failover is committed", async () => {
    const world = new RecoveryWorld();
    const context = await failedOver(world);
    await world.run(await commitFailover(context, await world.item("SQL")));
    await expect(cancel(world, context)).rejects.toMatchObject({ code: "CancelFailoverNotAllowed" });
  });

  it("runs the replica again, with what it wrote, when the source does not start", async () => {
    const world = new RecoveryWorld();
    const context = await failedOver(world);
    world.site.failures.set("startMachine", [siteFault("HostBusy", "busy")]);
    const job = await world.run(await cancel(world, context));
    expect([job.state, codes(job)]).toEqual(["Failed", ["HostBusy"]]);
    expect(world.region.running()).toEqual(["SQL"]);
    expect([...world.region.machines.values()][0]?.orders?.count).toBe(104);
    expect(await world.item("SQL")).toMatchObject({
      state: "PlannedFailoverCommitRequired",
      activeLocation: "Recovery",
    });
    expect((await world.run(await context.jobs.restart(job.id))).state).toBe("Succeeded");
    expect(world.ranTwice.size).toBe(0);
  });

  it("is red over a replica that will not go, and can be finished", async () => {
    const world = new RecoveryWorld();
    const context = await failedOver(world);
    world.region.immortal.add("SQL");
    const job = await world.run(await cancel(world, context));
    expect([job.state, codes(job)]).toEqual(["Failed", ["CleanupIncomplete"]]);
    world.region.immortal.clear();
    expect((await world.run(await context.jobs.restart(job.id))).state).toBe("Succeeded");
    expect(world.region.machines.size).toBe(0);
  });

  it("ends with one machine, wherever it is killed", async () => {
    await killedEverywhere(
      async (world) => cancel(world, await failedOver(world)),
      async (world, job) => {
        expect([job.state, job.errors]).toEqual(["Succeeded", []]);
        expect([world.site.machine("SQL").power, world.region.machines.size]).toEqual(["running", 0]);
        expect(world.ranTwice.size).toBe(0);
        expect(await world.item("SQL")).toMatchObject({ state: "Protected", heldByJobId: null });
      },
      5,
    );
  });
});

describe("completing a migration", () => {
  it.each(["committed", "not committed"])(
    "of a failover that is %s ends protection and leaves the machine in Azure",
    async (how) => {
      const world = new RecoveryWorld();
      const context = await failedOver(world);
      if (how === "committed") await world.run(await commitFailover(context, await world.item("SQL")));
      const job = await world.run(await completeMigration(context, await world.item("SQL")));
      expect([job.state, job.errors]).toEqual(["Succeeded", []]);
      expect(await world.repositories.protectedItems.get("item-SQL")).toBeNull();
      expect(world.region.running()).toEqual(["SQL"]);
      expect(world.vaultData.points.size).toBe(0);
      expect(world.site.machine("SQL").power).toBe("off");
    },
  );

  it("is refused for a machine that runs at its site", async () => {
    const world = new RecoveryWorld();
    const context = await world.furnish({ SQL: 100 });
    const item = await world.protect(context, "SQL");
    await expect(completeMigration(context, item)).rejects.toMatchObject({ code: "CompleteMigrationNotAllowed" });
  });

  it("goes to its end wherever it is killed", async () => {
    await killedEverywhere(
      async (world) => completeMigration(await failedOver(world), await world.item("SQL")),
      async (world, job) => {
        expect(job.state).toBe("Succeeded");
        expect(await world.repositories.protectedItems.get("item-SQL")).toBeNull();
        expect(world.region.running()).toEqual(["SQL"]);
      },
      5,
    );
  });
});
