import { describe, expect, it } from "vitest";
import type { Job } from "@/lib/jobs/job";
import { killedEverywhere } from "@/lib/testing/killed-everywhere";
import { siteFault } from "@/lib/testing/memory-site";
import { RecoveryWorld } from "@/lib/testing/recovery-world";
import type { OperationContext } from "../context";
import { disableProtection } from "../disable-protection";
import { runsOf } from "../run-evidence";
import { changeRecoveryPoint, cleanUpTestFailover, commitFailover, startFailover } from "../start-failover";
import type { FailoverRun } from "./failover-run";

type Choice = Partial<Omit<FailoverRun, "itemId" | "kind">>;

async function furnished(orders: number | null = 100) {
  const world = new RecoveryWorld();
  const context = await world.furnish({ SQL: orders });
  await world.protect(context, "SQL");
  return { world, context };
}

async function begin(
  world: RecoveryWorld,
  context: OperationContext,
  kind: FailoverRun["kind"],
  choice: Choice = {},
): Promise<Job> {
  const item = await world.item("SQL");
  const point = { type: kind === "UnplannedFailover" ? "LatestProcessed" : "Latest" } as const;
  const run = { point, networkName: "test", shutDownSource: kind === "PlannedFailover", ...choice };
  return startFailover(context, world.vault, item, { kind, itemId: item.id, ...run });
}

async function expectFree(world: RecoveryWorld, job: Job): Promise<void> {
  expect(["Succeeded", "Failed", "Cancelled"]).toContain(job.state);
  expect((await world.item("SQL")).heldByJobId).toBeNull();
  for (const step of await world.store.steps(job.id)) expect(step.state).not.toBe("InProgress");
}

const codes = (job: Job) => job.errors.map((error) => error.code);

describe("a test failover", () => {
  it("starts an identical copy on the chosen network while the source and replication go on", async () => {
    const { world, context } = await furnished();
    world.site.write("SQL", 5);
    const job = await world.run(await begin(world, context, "TestFailover"));
    expect(job.state).toBe("Succeeded");
    const item = await world.item("SQL");
    expect(item).toMatchObject({ state: "Protected", testFailoverState: "WaitingForCompletion", heldByJobId: null });
    expect(world.site.machine("SQL").power).toBe("running");
    expect(world.region.running()).toEqual(["SQL-test"]);
    const [run] = runsOf(item);
    // Latest: the five orders were sent first.
    expect(run).toMatchObject({ kind: "TestFailover", ordersOnReplica: 105, ordersLost: null, firstLineMs: 480 });
    // Nothing but what the guest has read is proven yet, and the evidence says so; the rest is the care's (instant-start.test).
    expect(run?.disks.map((disk) => [disk.identical, disk.restoredRoot])).toEqual([
      [false, null],
      [false, null],
    ]);
  });

  it("is refused with the reason while one is up, and the refusal says since when", async () => {
    const { world, context } = await furnished();
    await world.run(await begin(world, context, "TestFailover"));
    await expect(begin(world, context, "TestFailover")).rejects.toMatchObject({
      kind: "notAllowed",
      code: "TestFailoverNotAllowed",
      message: expect.stringMatching(/a test failover started at 2026-.* is up/) as string,
      recommendedAction: expect.stringContaining("Complete the test failover") as string,
    });
    expect((await world.item("SQL")).heldByJobId).toBeNull();
  });

  it("lets only one of two failovers of one item in, and names the job that holds it", async () => {
    const { world, context } = await furnished();
    const both = await Promise.allSettled([
      begin(world, context, "TestFailover"),
      begin(world, context, "UnplannedFailover"),
    ]);
    expect(both.filter((result) => result.status === "fulfilled")).toHaveLength(1);
    const refused = both.find((result) => result.status === "rejected");
    expect(refused?.reason).toMatchObject({ message: expect.stringContaining("working on it") as string });
  });

  it("fails, and leaves nothing, when a restored disk is not identical with its point", async () => {
    const { world, context } = await furnished(null);
    world.vaultData.corruptions.set("SQL-data", 1);
    const job = await world.run(await begin(world, context, "TestFailover"));
    expect([job.state, codes(job)]).toEqual(["Failed", ["ReplicaNotIdentical"]]);
    expect([...world.folders.files.keys()]).toEqual([]);
    expect(await world.repositories.deployedMachines.listByItem("item-SQL")).toEqual([]);
    expect(await world.item("SQL")).toMatchObject({ testFailoverState: "None", lastTestFailoverAt: null });
    const again = await context.jobs.restart(job.id);
    expect((await world.run(again)).state).toBe("Succeeded");
  });

  it("never says running where nothing can be booted", async () => {
    const { world, context } = await furnished();
    world.region.unavailable = "SeaBIOS is not installed";
    const job = await world.run(await begin(world, context, "TestFailover"));
    expect(job.state).toBe("Succeeded");
    const [machine] = await world.repositories.deployedMachines.listByItem("item-SQL");
    expect(machine).toMatchObject({ state: "VerifiedNotBooted", firstLineMs: null });
    const last = (await world.store.steps(job.id)).at(-1);
    expect(last?.details).toMatchObject({
      outcome: "verified, not booted",
      notBootedBecause: "SeaBIOS is not installed",
    });
  });

  it("of images that nobody can boot is verified, not booted", async () => {
    const { world, context } = await furnished(null);
    const job = await world.run(await begin(world, context, "TestFailover"));
    expect(job.state).toBe("Succeeded");
    expect(world.region.running()).toEqual([]);
    expect(runsOf(await world.item("SQL"))[0]?.disks.every((disk) => disk.identical)).toBe(true);
  });

  it("uses the newest point and says so when the site does not answer", async () => {
    const { world, context } = await furnished();
    world.site.write("SQL", 5);
    world.site.connected = false;
    const job = await world.run(await begin(world, context, "TestFailover"));
    expect([job.state, codes(job)]).toEqual(["Succeeded", ["LatestDataNotSent"]]);
    expect(runsOf(await world.item("SQL"))[0]?.ordersOnReplica).toBe(100);
  });

  it("ends well wherever it is killed, with one test machine", async () => {
    const kills = await killedEverywhere(
      async (world) => {
        const context = await world.furnish({ SQL: 100 });
        await world.protect(context, "SQL");
        return begin(world, context, "TestFailover");
      },
      async (world, job) => {
        expect(job.state).toBe("Succeeded");
        await expectFree(world, job);
        expect(world.region.running()).toEqual(["SQL-test"]);
        expect(await world.repositories.deployedMachines.listByItem("item-SQL")).toHaveLength(1);
        expect(world.folders.files.size).toBe(2);
        expect(await world.item("SQL")).toMatchObject({ testFailoverState: "WaitingForCompletion" });
      },
    );
    expect(kills).toBeGreaterThan(40);
  });
});

describe("the cleanup of a test failover", () => {
  it("proves that nothing is left, wherever it is killed", async () => {
    await killedEverywhere(
      async (world) => {
        const context = await world.furnish({ SQL: 100 });
        await world.protect(context, "SQL");
        await world.run(await begin(world, context, "TestFailover"));
        return cleanUpTestFailover(context, await world.item("SQL"), "Both counted.");
      },
      async (world, job) => {
        expect(job.state).toBe("Succeeded");
        await expectFree(world, job);
        expect([world.region.machines.size, world.folders.files.size]).toEqual([0, 0]);
        const item = await world.item("SQL");
        expect(item).toMatchObject({ testFailoverState: "None", failoverRecoveryPointId: null });
        expect(runsOf(item)[0]?.cleanup).toMatchObject({ notes: "Both counted.", remainingResources: [] });
      },
    );
  });

  it.each([
    [
      "a machine that will not go",
      (world: RecoveryWorld) => void world.region.immortal.add("SQL-test"),
      "virtual machine SQL-test",
    ],
    ["a file that stays", (world: RecoveryWorld) => void (world.folders.stubborn = "held.vhd"), "held.vhd"],
  ])("is red over %s, and the test stays to be completed", async (_, plant, left) => {
    const { world, context } = await furnished();
    await world.run(await begin(world, context, "TestFailover"));
    plant(world);
    const job = await world.run(await cleanUpTestFailover(context, await world.item("SQL"), ""));
    expect([job.state, codes(job)]).toEqual(["Failed", ["CleanupIncomplete"]]);
    const item = await world.item("SQL");
    expect(item.testFailoverState).toBe("WaitingForCompletion");
    expect(runsOf(item)[0]?.cleanup?.remainingResources.join()).toContain(left);
    expect(context.jobs.allowedActions(job, await world.store.steps(job.id))).toEqual(["Restart"]);
  });
});

describe("a planned failover", () => {
  it("loses nothing: the source is off, its last order is on the replica", async () => {
    const { world, context } = await furnished();
    world.site.write("SQL", 23);
    await world.heartbeat(context);
    const job = await world.run(await begin(world, context, "PlannedFailover"));
    expect(job.errors).toEqual([]);
    expect(job.state).toBe("Succeeded");
    expect(world.site.machine("SQL").power).toBe("off");
    expect(world.region.running()).toEqual(["SQL"]);
    const item = await world.item("SQL");
    expect(item).toMatchObject({ state: "PlannedFailoverCommitRequired", activeLocation: "Recovery" });
    expect(runsOf(item)[0]).toMatchObject({ ordersAtSource: 123, ordersOnReplica: 123, ordersLost: 0, secondsLost: 0 });
  });

  it.each([
    ["the disks cannot be restored", (world: RecoveryWorld) => world.vaultData.failures.set("SQL-os", 1)],
    ["the replica does not boot", (world: RecoveryWorld) => world.region.bootFailures.set("SQL", 1)],
    [
      "the last data cannot be sent",
      (world: RecoveryWorld) => world.site.failures.set("replicateNow", [siteFault("StorageFull", "full")]),
    ],
  ])("starts the source again when %s, and can be restarted", async (_, plant) => {
    const { world, context } = await furnished();
    plant(world);
    const job = await world.run(await begin(world, context, "PlannedFailover"));
    expect(job.state).toBe("Failed");
    expect(world.site.machine("SQL").power).toBe("running");
    expect(world.region.running()).toEqual([]);
    expect(world.folders.files.size).toBe(0);
    expect(await world.item("SQL")).toMatchObject({ state: "Protected", activeLocation: "Primary", heldByJobId: null });
    world.site.write("SQL", 1);
    const again = await world.run(await context.jobs.restart(job.id));
    expect(again.state).toBe("Succeeded");
    expect(runsOf(await world.item("SQL"))[0]).toMatchObject({ ordersOnReplica: 101, ordersLost: 0 });
  });

  it("stops before anything is touched when the site does not answer", async () => {
    const { world, context } = await furnished();
    world.site.connected = false;
    const job = await world.run(await begin(world, context, "PlannedFailover"));
    expect([job.state, codes(job)]).toEqual(["Failed", ["SiteNotConnected"]]);
    expect(world.site.log).toEqual([]);
    expect((await world.item("SQL")).state).toBe("Protected");
  });

  it("refuses a final point that lacks orders which the source had confirmed", async () => {
    const { world, context } = await furnished();
    const real = world.site.register;
    world.site.register = (point) =>
      real(point.final && point.orders ? { ...point, orders: { count: 99, lastAt: null } } : point);
    const job = await world.run(await begin(world, context, "PlannedFailover"));
    expect([job.state, codes(job)]).toEqual(["Failed", ["FinalPointIncomplete"]]);
    expect(world.site.machine("SQL").power).toBe("running");
  });

  it("says that the source is off when it cannot be started again, and offers the ways out", async () => {
    const { world, context } = await furnished();
    world.region.bootFailures.set("SQL", 1);
    world.site.failures.set("startMachine", [siteFault("HostBusy", "The host is busy.")]);
    const job = await world.run(await begin(world, context, "PlannedFailover"));
    expect(codes(job)).toEqual(["ReplicaDidNotBoot", "HostBusy"]);
    expect((await world.item("SQL")).state).toBe("PlannedFailoverFailed");
    const again = await world.run(await begin(world, context, "PlannedFailover"));
    expect(again.state).toBe("Succeeded");
  });

  it("never starts the source beside a replica that could not be stopped", async () => {
    const { world, context } = await furnished();
    world.region.immortal.add("SQL");
    const real = world.site.register;
    // The replica boots, and finds fewer orders than its point says it holds.
    world.site.register = (point) => {
      if (point.final) world.vaultData.points.set(point.objectName, { machineName: "SQL", orders: 100 });
      return real(point);
    };
    world.site.write("SQL", 1);
    const materialise = world.vaultData.materialise.bind(world.vaultData);
    world.vaultData.materialise = async (request, options) => {
      const result = await materialise(request, options);
      const points = await world.repositories.recoveryPoints.list("item-SQL");
      const root = points.at(-1)?.disks.find((disk) => disk.diskId === request.diskId)?.root ?? result.root;
      return { ...result, root };
    };
    const job = await world.run(await begin(world, context, "PlannedFailover"));
    expect(codes(job)).toContain("ReplicaOrdersDiffer");
    expect(world.site.machine("SQL").power).toBe("off");
    expect(codes(job)).toContain("ReplicaStillRuns");
  });

  it("loses nothing and ends with one machine, wherever it is killed", async () => {
    await killedEverywhere(
      async (world) => {
        const context = await world.furnish({ SQL: 100 });
        await world.protect(context, "SQL");
        world.site.write("SQL", 7);
        return begin(world, context, "PlannedFailover");
      },
      async (world, job) => {
        expect(job.state).toBe("Succeeded");
        await expectFree(world, job);
        expect(world.site.machine("SQL").power).toBe("off");
        expect(world.region.running()).toEqual(["SQL"]);
        expect(await world.repositories.deployedMachines.listByItem("item-SQL")).toHaveLength(1);
        expect(runsOf(await world.item("SQL"))[0]).toMatchObject({ ordersOnReplica: 107, ordersLost: 0 });
        expect(world.ranTwice.size).toBe(0);
      },
    );
  });

  it("brings the source back when it fails and is killed anywhere on the way back", async () => {
    await killedEverywhere(
      async (world) => {
        const context = await world.furnish({ SQL: 100 });
        await world.protect(context, "SQL");
        world.region.bootFailures.set("SQL", 99);
        return begin(world, context, "PlannedFailover");
      },
      async (world, job) => {
        expect([job.state, codes(job)]).toEqual(["Failed", ["ReplicaDidNotBoot"]]);
        await expectFree(world, job);
        expect(world.site.machine("SQL").power).toBe("running");
        expect([world.region.running(), world.folders.files.size]).toEqual([[], 0]);
        expect((await world.item("SQL")).state).toBe("Protected");
        expect(world.ranTwice.size).toBe(0);
      },
    );
  });
});

describe("an unplanned failover", () => {
  it("works with the source gone, from a chosen point, and measures what is lost", async () => {
    const { world, context } = await furnished();
    const [first] = await world.repositories.recoveryPoints.list("item-SQL");
    world.clock.advance(30_000);
    world.site.write("SQL", 10);
    await world.site.replicate("item-SQL", false);
    world.clock.advance(10_000);
    world.site.write("SQL", 4);
    await world.heartbeat(context);
    world.site.connected = false;
    const point = { type: "Id", id: first?.id ?? "" } as const;
    const job = await world.run(await begin(world, context, "UnplannedFailover", { point }));
    expect(job.state).toBe("Succeeded");
    const item = await world.item("SQL");
    expect(item).toMatchObject({ state: "UnplannedFailoverCommitPendingStatesBegin", activeLocation: "Recovery" });
    expect(runsOf(item)[0]).toMatchObject({
      ordersOnReplica: 100,
      ordersAtSource: 114,
      ordersLost: 14,
      secondsLost: 40,
    });
  });

  it("goes on without the source when it was to be shut down and does not answer, and says so", async () => {
    const { world, context } = await furnished();
    world.site.connected = false;
    const job = await world.run(await begin(world, context, "UnplannedFailover", { shutDownSource: true }));
    expect([job.state, codes(job)]).toEqual(["Succeeded", ["SourceNotShutDown"]]);
    expect(job.errors[0]?.severity).toBe("Warning");
  });

  it("loses nothing when the source could still be shut down and send", async () => {
    const { world, context } = await furnished();
    world.site.write("SQL", 3);
    const job = await world.run(await begin(world, context, "UnplannedFailover", { shutDownSource: true }));
    expect(job.state).toBe("Succeeded");
    expect(world.site.machine("SQL").power).toBe("off");
    expect(runsOf(await world.item("SQL"))[0]).toMatchObject({ ordersOnReplica: 103, ordersLost: 0, secondsLost: 0 });
  });

  it("refuses a recovery point of another machine before there is a job", async () => {
    const { world, context } = await furnished();
    const point = { type: "Id", id: "no-such-point" } as const;
    await expect(begin(world, context, "UnplannedFailover", { point })).rejects.toMatchObject({
      code: "RecoveryPointNotFound",
    });
    expect(await world.store.list({})).toEqual([]);
    expect((await world.item("SQL")).heldByJobId).toBeNull();
  });

  it("that fails can be tried again, and a new point makes the machine Protected", async () => {
    const { world, context } = await furnished();
    world.vaultData.failures.set("SQL-os", 1);
    const job = await world.run(await begin(world, context, "UnplannedFailover"));
    expect(job.state).toBe("Failed");
    expect((await world.item("SQL")).state).toBe("UnplannedFailoverCompletionFailed");
    await world.site.replicate("item-SQL", false);
    expect((await world.item("SQL")).state).toBe("Protected");
    expect((await world.run(await begin(world, context, "UnplannedFailover"))).state).toBe("Succeeded");
  });

  it("changes its recovery point before the commit, and not after", async () => {
    const { world, context } = await furnished();
    world.site.write("SQL", 10);
    await world.site.replicate("item-SQL", false);
    const [first, second] = await world.repositories.recoveryPoints.list("item-SQL");
    const point = { type: "Id", id: first?.id ?? "" } as const;
    await world.run(await begin(world, context, "UnplannedFailover", { point }));
    const change = async (id: string) => changeRecoveryPoint(context, await world.item("SQL"), id);
    await expect(change(first?.id ?? "")).rejects.toMatchObject({ code: "RecoveryPointInUse" });
    const changed = await world.run(await change(second?.id ?? ""));
    expect(changed.errors).toEqual([]);
    expect(world.region.running()).toEqual(["SQL"]);
    expect(await world.repositories.deployedMachines.listByItem("item-SQL")).toHaveLength(1);
    expect(runsOf(await world.item("SQL"))[0]).toMatchObject({
      kind: "ChangeRecoveryPoint",
      ordersOnReplica: 110,
      ordersLost: 0,
    });
    expect((await world.run(await commitFailover(context, await world.item("SQL")))).state).toBe("Succeeded");
    expect((await world.repositories.recoveryPoints.list("item-SQL")).map((kept) => kept.id)).toEqual([second?.id]);
    expect(world.vaultData.deleted).toEqual([first?.objectName]);
    expect((await world.item("SQL")).state).toBe("UnplannedFailoverStatesBegin");
    await expect(change(first?.id ?? "")).rejects.toMatchObject({ code: "ChangePitNotAllowed" });
  });

  it("keeps the old replica running when the other point cannot be restored, wherever that is killed", async () => {
    await killedEverywhere(
      async (world) => {
        const context = await world.furnish({ SQL: 100 });
        await world.protect(context, "SQL");
        world.site.write("SQL", 10);
        await world.site.replicate("item-SQL", false);
        const [first] = await world.repositories.recoveryPoints.list("item-SQL");
        await world.run(await begin(world, context, "UnplannedFailover"));
        world.vaultData.failures.set("SQL-data", 99);
        return changeRecoveryPoint(context, await world.item("SQL"), first?.id ?? "");
      },
      async (world, job) => {
        expect([job.state, codes(job)]).toEqual(["Failed", ["PackMissing"]]);
        await expectFree(world, job);
        expect(world.region.running()).toEqual(["SQL"]);
        expect([...world.region.machines.values()][0]?.orders?.count).toBe(110);
        expect(world.folders.files.size).toBe(2);
      },
    );
  });

  it("changes its recovery point to exactly one replica, wherever that is killed", async () => {
    await killedEverywhere(
      async (world) => {
        const context = await world.furnish({ SQL: 100 });
        await world.protect(context, "SQL");
        world.site.write("SQL", 10);
        await world.site.replicate("item-SQL", false);
        const [first] = await world.repositories.recoveryPoints.list("item-SQL");
        await world.run(await begin(world, context, "UnplannedFailover"));
        return changeRecoveryPoint(context, await world.item("SQL"), first?.id ?? "");
      },
      async (world, job) => {
        expect([job.state, job.errors]).toEqual(["Succeeded", []]);
        await expectFree(world, job);
        expect(world.region.running()).toEqual(["SQL"]);
        expect([...world.region.machines.values()][0]?.orders?.count).toBe(100);
        expect(world.folders.files.size).toBe(2);
      },
    );
  });

  it("is committed, and its protection disabled, in a vault of which something else is damaged", async () => {
    const { world, context } = await furnished();
    await world.run(await begin(world, context, "UnplannedFailover"));
    world.vaultData.sweepProblem = siteFault("VaultPackDamaged", "A pack of another machine is damaged.");
    for (const start of [commitFailover, disableProtection]) {
      const job = await world.run(await start(context, await world.item("SQL")));
      expect([job.state, codes(job)]).toEqual(["Succeeded", ["SpaceNotReclaimed"]]);
    }
    expect(await context.repositories.protectedItems.get("item-SQL")).toBeNull();
  });

  it("commits to one point, wherever it is killed", async () => {
    await killedEverywhere(
      async (world) => {
        const context = await world.furnish({ SQL: 100 });
        await world.protect(context, "SQL");
        await world.site.replicate("item-SQL", false);
        await world.run(await begin(world, context, "UnplannedFailover"));
        return commitFailover(context, await world.item("SQL"));
      },
      async (world, job) => {
        expect(job.state).toBe("Succeeded");
        await expectFree(world, job);
        expect(await world.repositories.recoveryPoints.list("item-SQL")).toHaveLength(1);
        expect(world.vaultData.points.size).toBe(1);
        expect((await world.item("SQL")).state).toBe("UnplannedFailoverStatesBegin");
      },
    );
  });
});
