import { describe, expect, it } from "vitest";
import type { Job } from "@/lib/jobs/job";
import { killedEverywhere } from "@/lib/testing/killed-everywhere";
import { siteFault } from "@/lib/testing/memory-site";
import { RecoveryWorld } from "@/lib/testing/recovery-world";
import type { OperationContext } from "../../context";
import { desiredReplications } from "../../desired-replications";
import type { FabricKind } from "@/lib/domain/replication-provider";
import { registerProvider } from "../../register-provider";
import { recordHeartbeat } from "../../record-heartbeat";
import { runsOf } from "../../run-evidence";
import { startFailback, startReverseReplication } from "../../start-failback";
import { commitFailover, startFailover } from "../../start-failover";
import type { FailbackRun } from "./failback-run";

const codes = (job: Job) => job.errors.map((error) => error.code);

/** SQL in Azure, committed, with seven orders taken there. */
async function inAzure(
  world = new RecoveryWorld(),
  orders: number | null = 100,
  site: FabricKind = "HyperVSite",
): Promise<OperationContext> {
  const context = await world.furnish({ SQL: orders }, site);
  await world.protect(context, "SQL");
  // VMware machines have no planned one; with the source shut down it loses nothing either.
  const kind = site === "VMware" ? ("UnplannedFailover" as const) : ("PlannedFailover" as const);
  const item = await world.item("SQL");
  const run = { kind, itemId: item.id, point: { type: "Latest" }, networkName: null, shutDownSource: true } as const;
  expect((await world.run(await startFailover(context, world.vault, item, run))).state).toBe("Succeeded");
  expect((await world.run(await commitFailover(context, await world.item("SQL")))).state).toBe("Succeeded");
  if (orders !== null) world.replicaCapture.write("SQL", 7);
  return context;
}

async function back(world: RecoveryWorld, context: OperationContext, choice: Partial<FailbackRun> = {}): Promise<Job> {
  const item = await world.item("SQL");
  const defaults = { dataSyncOption: "ForSynchronization", createMachine: false, providerId: null } as const;
  return startFailback(context, item, { kind: "Failback", itemId: item.id, ...defaults, ...choice });
}

describe("a failback that synchronizes during the failover", () => {
  it("brings every order back and ends with the machine at its site, the one in Azure off", async () => {
    const world = new RecoveryWorld();
    const context = await inAzure(world);
    const job = await world.run(await back(world, context));
    expect([job.state, job.errors]).toEqual(["Succeeded", []]);
    const item = await world.item("SQL");
    expect(item).toMatchObject({
      state: "PlannedFailoverCommitRequired",
      activeLocation: "Primary",
      heldByJobId: null,
    });
    expect(world.site.machine("SQL")).toMatchObject({ power: "running", orders: 107 });
    expect(world.region.running()).toEqual([]);
    expect(world.ranTwice.size).toBe(0);
    expect(runsOf(item)[0]).toMatchObject({
      kind: "Failback",
      ordersAtSource: 107,
      ordersOnReplica: 107,
      ordersLost: 0,
      firstLineMs: 300,
      failback: {
        hostName: "HV01",
        created: false,
        synchronizations: [{ moment: "final", bytesReceived: 1024, bytesSaved: 6144, bytesCaptured: 512 }],
      },
    });
    expect(runsOf(item)[0]?.disks.every((disk) => disk.identical && disk.restoredRoot === disk.pointRoot)).toBe(true);
  });

  it("is on record with the machine up, and a time until recovery; one that was taken back is not", async () => {
    const world = new RecoveryWorld();
    const context = await inAzure(world);
    const record = async (job: Job) => world.repositories.failoverRecords.get(job.id);
    world.replicaCapture.failures.set("SQL", 1);
    const failed = await record(await world.run(await back(world, context)));
    expect([failed?.outcome, failed?.machines[0]?.outcome, failed?.measured.rtoSeconds]).toEqual([
      ...["Failed", "Failed", null],
    ]);
    const came = await record(await world.run(await back(world, context)));
    expect([came?.outcome, came?.machines[0]?.outcome, came?.direction]).toEqual([
      ...["Succeeded", "Succeeded", "RecoveryToPrimary"],
    ]);
    expect(came?.measured.rtoSeconds).not.toBeNull();
  });

  it("of images that nobody can boot is synchronized, not booted", async () => {
    const world = new RecoveryWorld();
    const context = await inAzure(world, null);
    const job = await world.run(await back(world, context));
    expect([job.state, job.errors]).toEqual(["Succeeded", []]);
    expect(await world.item("SQL")).toMatchObject({
      state: "PlannedFailoverCommitRequired",
      activeLocation: "Primary",
    });
    expect([world.site.machine("SQL").power, world.region.running()]).toEqual(["off", []]);
    expect((await world.store.steps(job.id)).at(-1)?.details["outcome"]).toMatch(/^synchronized, not booted/);
  });

  it("registers what it captured as recovery points that tell that they came from the replica", async () => {
    const world = new RecoveryWorld();
    const context = await inAzure(world);
    await world.run(await back(world, context));
    const points = await world.repositories.recoveryPoints.list("item-SQL");
    expect(points.map(({ fromReplica, final, orders }) => [fromReplica ?? false, final, orders?.count])).toEqual([
      [false, true, 100],
      [true, true, 107],
    ]);
  });

  it("keeps the order of its points when the clock of the region is behind", async () => {
    const world = new RecoveryWorld();
    const context = await inAzure(world);
    const capture = world.replicaCapture.capture.bind(world.replicaCapture);
    world.replicaCapture.capture = async (...given) => ({
      ...(await capture(...given)),
      at: "2020-01-01T00:00:00.000Z",
    });
    await world.run(await back(world, context));
    expect((await world.repositories.recoveryPoints.newest("item-SQL"))?.fromReplica).toBe(true);
  });

  it.each([
    [
      "nothing can be captured",
      (world: RecoveryWorld) => world.replicaCapture.failures.set("SQL", 1),
      "VaultPackMissing",
    ],
    [
      "the site loses the data half-way",
      (world: RecoveryWorld) => void (world.site.dropsSynchronization = 1),
      "SynchronizationInterrupted",
    ],
    [
      "the machine does not start at its site",
      (world: RecoveryWorld) => world.site.failures.set("startMachine", [siteFault("HostBusy", "busy")]),
      "HostBusy",
    ],
    ["its ledger is damaged", (world: RecoveryWorld) => world.site.damaged.add("SQL"), "SourceOrdersDiffer"],
  ])("runs the machine in Azure again when %s, and can be restarted", async (_, plant, code) => {
    const world = new RecoveryWorld();
    const context = await inAzure(world);
    plant(world);
    const job = await world.run(await back(world, context));
    expect(job.state).toBe("Failed");
    expect(codes(job)).toContain(code);
    expect(world.region.running()).toEqual(["SQL"]);
    expect(world.site.machine("SQL").power).toBe("off");
    expect(await world.item("SQL")).toMatchObject({
      state: "PlannedFailoverStatesBegin",
      activeLocation: "Recovery",
      heldByJobId: null,
    });
    world.replicaCapture.write("SQL", 3);
    world.site.damaged.clear();
    const again = await world.run(await context.jobs.restart(job.id));
    expect([again.state, world.site.machine("SQL").orders]).toEqual(["Succeeded", 110]);
    expect(world.ranTwice.size).toBe(0);
  });

  it("stops when a disk read back at the site is not what was captured", async () => {
    const world = new RecoveryWorld();
    const context = await inAzure(world);
    const command = world.site.command.bind(world.site);
    world.site.command = async (provider, given) => {
      const { synchronizedBack, ...result } = await command(provider, given);
      if (!synchronizedBack) return result;
      return { synchronizedBack: synchronizedBack.map((disk) => ({ ...disk, root: "0".repeat(64) })) };
    };
    const job = await world.run(await back(world, context));
    expect(job.state).toBe("Failed");
    expect(codes(job)).toContain("FailbackNotIdentical");
    expect(world.site.machine("SQL").power).toBe("off");
    expect(world.region.running()).toEqual(["SQL"]);
    expect(runsOf(await world.item("SQL"))[0]?.disks.some((disk) => disk.identical)).toBe(false);
  });

  it("refuses a capture that lacks orders which the machine in Azure had confirmed", async () => {
    const world = new RecoveryWorld();
    const context = await inAzure(world);
    const capture = world.replicaCapture.capture.bind(world.replicaCapture);
    world.replicaCapture.capture = async (...given) => ({
      ...(await capture(...given)),
      orders: { count: 106, lastAt: null },
    });
    const job = await world.run(await back(world, context));
    expect(codes(job)).toContain("FinalPointIncomplete");
    expect(world.region.running()).toEqual(["SQL"]);
  });

  it("says that its failback failed when the machine in Azure cannot be run again, and the way stays open", async () => {
    const world = new RecoveryWorld();
    const context = await inAzure(world);
    world.site.dropsSynchronization = 1;
    world.region.bootFailures.set("SQL", 1);
    const job = await world.run(await back(world, context));
    expect(codes(job)).toContain("ReplicaDidNotStartAgain");
    expect(await world.item("SQL")).toMatchObject({ state: "PlannedFailoverFailed", activeLocation: "Recovery" });
    const again = await world.run(await back(world, context));
    expect([again.state, world.site.machine("SQL").orders]).toEqual(["Succeeded", 107]);
  });

  it("never runs the machine in Azure beside a source that could not be stopped", async () => {
    const world = new RecoveryWorld();
    const context = await inAzure(world);
    world.site.damaged.add("SQL");
    world.site.failures.set("stopMachine", [siteFault("HostBusy", "busy")]);
    const job = await world.run(await back(world, context));
    expect(codes(job)).toContain("SourceMayRun");
    expect([world.region.running(), world.ranTwice.size]).toEqual([[], 0]);
    expect((await world.item("SQL")).state).toBe("PlannedFailoverFailed");
  });
});

describe("before anything is touched a failback", () => {
  it("is refused when the source runs", async () => {
    const world = new RecoveryWorld();
    const context = await inAzure(world);
    await world.site.command("provider-1", { type: "startMachine", machineId: "SQL" });
    const job = await world.run(await back(world, context));
    expect([job.state, codes(job)]).toEqual(["Failed", ["SourceNotOff"]]);
    expect(world.region.running()).toEqual(["SQL"]);
    expect((await world.item("SQL")).state).toBe("PlannedFailoverStatesBegin");
  });

  it("is refused when the site does not answer", async () => {
    const world = new RecoveryWorld();
    const context = await inAzure(world);
    world.site.connected = false;
    expect(codes(await world.run(await back(world, context)))).toEqual(["SiteNotConnected"]);
    expect(world.replicaCapture.log).toEqual([]);
  });

  it("is refused when the host does not have the machine and may not make it", async () => {
    const world = new RecoveryWorld();
    const context = await inAzure(world);
    world.site.machines.delete("SQL");
    await world.heartbeat(context);
    await expect(back(world, context)).rejects.toMatchObject({ kind: "conflict", code: "MachineNotAtHost" });
    expect((await world.item("SQL")).heldByJobId).toBeNull();
    const job = await world.run(await back(world, context, { createMachine: true }));
    expect(job.state).toBe("Succeeded");
    expect(world.site.log.join()).toContain("created SQL");
  });

  it("is refused while its failover is not committed", async () => {
    const world = new RecoveryWorld();
    const context = await world.furnish({ SQL: 100 });
    await world.protect(context, "SQL");
    await expect(back(world, context)).rejects.toMatchObject({ code: "FailbackNotAllowed" });
  });
});

describe("a failback that synchronizes before the failover", () => {
  it("copies while the machine in Azure runs, waits for a person, and then brings the rest", async () => {
    const world = new RecoveryWorld();
    const context = await inAzure(world);
    const { runner } = world.process();
    runner.start();
    const job = await back(world, context, { dataSyncOption: "ForDownTime" });
    const waiting = async () => (await world.store.get(job.id))?.state === "Suspended";
    while (!(await waiting())) await new Promise((resolve) => setTimeout(resolve, 1));
    expect((await world.store.get(job.id))?.stateDescription).toBe("WaitingForCompleteFailover");
    expect([world.region.running(), world.site.machine("SQL").power]).toEqual([["SQL"], "off"]);
    world.replicaCapture.write("SQL", 5);
    await context.jobs.resume(job.id, "Everybody is ready.", { by: "bert" });
    const ended = await context.jobs.waitForEnd(job.id);
    await runner.stop();
    expect([ended.state, ended.errors]).toEqual(["Succeeded", []]);
    expect(world.site.machine("SQL")).toMatchObject({ power: "running", orders: 112 });
    const [run] = runsOf(await world.item("SQL"));
    expect(run?.failback?.synchronizations.map(({ moment }) => moment)).toEqual(["before", "final"]);
    const record = await world.repositories.failoverRecords.get(job.id);
    expect(record?.people.at(-1)).toMatchObject({
      ...{ role: "acted", who: "bert", what: "Completed 'Complete failover': Everybody is ready." },
    });
  });

  it("that is cancelled while it waits leaves the machine in Azure as it was, and the source unstarted", async () => {
    const world = new RecoveryWorld();
    const context = await inAzure(world);
    const { runner } = world.process();
    runner.start();
    const job = await back(world, context, { dataSyncOption: "ForDownTime" });
    while ((await world.store.get(job.id))?.state !== "Suspended") await new Promise((done) => setTimeout(done, 1));
    await context.jobs.cancel(job.id);
    const ended = await context.jobs.waitForEnd(job.id);
    await runner.stop();
    expect([ended.state, codes(ended)]).toEqual(["Cancelled", ["SiteDisksHalfBack"]]);
    expect([world.region.running(), world.site.machine("SQL").power]).toEqual([["SQL"], "off"]);
    expect((await world.item("SQL")).state).toBe("PlannedFailoverStatesBegin");
    expect((await world.run(await back(world, context))).state).toBe("Succeeded");
  });
});

describe("after a failback", () => {
  async function failedBack(world = new RecoveryWorld()) {
    const context = await inAzure(world);
    expect((await world.run(await back(world, context))).state).toBe("Succeeded");
    return { world, context };
  }

  it("nothing is replicated before reverse replication, which goes on from what was captured last", async () => {
    const { world, context } = await failedBack();
    const desired = async () => (await desiredReplications(context, "provider-1"))[0];
    expect((await desired())?.state).toBe("paused");
    const committed = await world.run(await commitFailover(context, await world.item("SQL")));
    expect([committed.state, committed.errors]).toEqual(["Succeeded", []]);
    expect([world.region.machines.size, world.folders.files.size]).toEqual([0, 0]);
    expect(await world.item("SQL")).toMatchObject({
      state: "PlannedFailoverStatesBegin",
      activeLocation: "Primary",
      failoverRecoveryPointId: null,
    });
    expect(runsOf(await world.item("SQL"))[0]?.cleanup?.remainingResources).toEqual([]);
    expect((await desired())?.state).toBe("paused");
    const { runner } = world.process();
    runner.start();
    const job = await startReverseReplication(context, await world.item("SQL"));
    while ((await world.item("SQL")).state !== "ReprotectInitiated") await new Promise((done) => setTimeout(done, 1));
    const last = await world.repositories.recoveryPoints.newest("item-SQL");
    expect(await desired()).toMatchObject({ state: "active", lastPoint: { id: last?.id } });
    expect(last?.fromReplica).toBe(true);
    world.site.write("SQL", 2);
    world.clock.advance(30_000);
    await world.site.replicate("item-SQL", false);
    expect((await context.jobs.waitForEnd(job.id)).state).toBe("Succeeded");
    await runner.stop();
    expect(await world.item("SQL")).toMatchObject({ state: "Protected", heldByJobId: null });
    expect((await world.repositories.recoveryPoints.newest("item-SQL"))?.orders?.count).toBe(109);
  });

  it("a reverse replication that is cancelled leaves the failback committed, and a point that comes later heals nothing", async () => {
    const { world, context } = await failedBack();
    await world.run(await commitFailover(context, await world.item("SQL")));
    const { runner } = world.process();
    runner.start();
    const job = await startReverseReplication(context, await world.item("SQL"));
    while ((await world.item("SQL")).state !== "ReprotectInitiated") await new Promise((done) => setTimeout(done, 1));
    await context.jobs.cancel(job.id);
    expect((await context.jobs.waitForEnd(job.id)).state).toBe("Cancelled");
    await runner.stop();
    expect(await world.item("SQL")).toMatchObject({ state: "PlannedFailoverStatesBegin", heldByJobId: null });
    world.clock.advance(30_000);
    await world.site.replicate("item-SQL", false);
    expect((await world.item("SQL")).state).toBe("PlannedFailoverStatesBegin");
  });

  it("reverse replication is not started while the site is silent", async () => {
    const { world, context } = await failedBack();
    await world.run(await commitFailover(context, await world.item("SQL")));
    world.site.connected = false;
    const job = await world.run(await startReverseReplication(context, await world.item("SQL")));
    expect([job.state, codes(job)]).toEqual(["Failed", ["SiteNotConnected"]]);
    expect((await world.item("SQL")).state).toBe("PlannedFailoverStatesBegin");
  });

  it("the commit is red over a machine that will not go, and can be repeated", async () => {
    const { world, context } = await failedBack();
    world.region.immortal.add("SQL");
    const job = await world.run(await commitFailover(context, await world.item("SQL")));
    expect([job.state, codes(job)]).toEqual(["Failed", ["CleanupIncomplete"]]);
    expect((await world.item("SQL")).state).toBe("PlannedFailoverCommitRequired");
    world.region.immortal.clear();
    expect((await world.run(await context.jobs.restart(job.id))).state).toBe("Succeeded");
  });
});

describe("a failback to another host", () => {
  async function withOther() {
    const world = new RecoveryWorld();
    const context = await inAzure(world);
    const createdAt = world.clock.now().toISOString();
    const fabric = { id: "fabric-2", vaultId: "vault-1", name: "headquarters", kind: "HyperVSite" } as const;
    await world.repositories.fabrics.insert({ ...fabric, internalIdentifier: "beef", createdAt });
    const host = { hostName: "HV02", version: "1.0", certificateSha256: "cd" };
    await registerProvider(context, { ...host, providerId: "provider-2", fabricId: "fabric-2" });
    // Both hosts are played by one site; this one has what was made there.
    const beat = (names: readonly string[]) => {
      const machines = world.site.inventory().filter(({ id }) => names.includes(id));
      return recordHeartbeat(context, "provider-2", { hostName: "HV02", version: "1.0", machines });
    };
    world.site.onPower = () => {
      world.clock.advance(1);
      void beat(["item-SQL"]);
    };
    return { world, context, beat };
  }

  it("makes the machine there, and the item moves to that host with the commit", async () => {
    const { world, context } = await withOther();
    const job = await world.run(await back(world, context, { providerId: "provider-2", createMachine: true }));
    expect([job.state, job.errors]).toEqual(["Succeeded", []]);
    expect(world.site.machine("item-SQL")).toMatchObject({ power: "running", orders: 107 });
    expect(await world.item("SQL")).toMatchObject({ providerId: "provider-1", machineId: "SQL" });
    expect((await world.run(await commitFailover(context, await world.item("SQL")))).state).toBe("Succeeded");
    expect(await world.item("SQL")).toMatchObject({
      providerId: "provider-2",
      machineId: "item-SQL",
      fabricId: "fabric-2",
      state: "PlannedFailoverStatesBegin",
    });
    expect(await desiredReplications(context, "provider-1")).toEqual([]);
  });

  it("is refused when a machine of that name is there already", async () => {
    const { world, context, beat } = await withOther();
    world.site.machines.set("other", { id: "other", name: "sql", power: "off", orders: 1, bootable: true });
    await beat(["other"]);
    const choice = { providerId: "provider-2", createMachine: true };
    await expect(back(world, context, choice)).rejects.toMatchObject({ kind: "conflict", code: "MachineNameTaken" });
  });
});

describe("a VMware machine's failback", () => {
  it("makes a machine that its host has lost with VMDKs", async () => {
    const world = new RecoveryWorld();
    const context = await inAzure(world, 100, "VMware");
    world.site.machines.delete("SQL");
    await world.heartbeat(context);
    expect((await world.run(await back(world, context, { createMachine: true }))).state).toBe("Succeeded");
    expect(world.site.log).toContain("created SQL with vmdk-sparse, vmdk-sparse");
  });

  it("goes to no host of a Hyper-V site", async () => {
    const world = new RecoveryWorld();
    const context = await inAzure(world, 100, "VMware");
    const createdAt = world.clock.now().toISOString();
    const fabric = { id: "fabric-2", vaultId: "vault-1", name: "headquarters", kind: "HyperVSite" } as const;
    await world.repositories.fabrics.insert({ ...fabric, internalIdentifier: "beef", createdAt });
    const host = { hostName: "HV02", version: "1.0", certificateSha256: "cd" };
    await registerProvider(context, { ...host, providerId: "provider-2", fabricId: "fabric-2" });
    const choice = { providerId: "provider-2", createMachine: true };
    await expect(back(world, context, choice)).rejects.toMatchObject({
      message: expect.stringContaining("other kind") as string,
    });
  });
});

describe("killed anywhere, a failback", () => {
  it("loses nothing and ends with one machine", async () => {
    const kills = await killedEverywhere(
      async (world) => back(world, await inAzure(world)),
      async (world, job) => {
        expect([job.state, job.errors]).toEqual(["Succeeded", []]);
        expect(world.site.machine("SQL")).toMatchObject({ power: "running", orders: 107 });
        expect([world.region.running(), world.ranTwice.size]).toEqual([[], 0]);
        expect(await world.item("SQL")).toMatchObject({ state: "PlannedFailoverCommitRequired", heldByJobId: null });
      },
      7,
    );
    expect(kills).toBeGreaterThan(10);
  });

  it("that fails runs the machine in Azure again, wherever it is killed on the way back", async () => {
    await killedEverywhere(
      async (world) => {
        const context = await inAzure(world);
        world.site.damaged.add("SQL");
        return back(world, context);
      },
      async (world, job) => {
        expect(job.state).toBe("Failed");
        expect(codes(job)).toContain("SourceOrdersDiffer");
        expect([world.region.running(), world.site.machine("SQL").power]).toEqual([["SQL"], "off"]);
        expect(world.ranTwice.size).toBe(0);
        expect(await world.item("SQL")).toMatchObject({ state: "PlannedFailoverStatesBegin", heldByJobId: null });
      },
      11,
    );
  });

  it("is committed once", async () => {
    await killedEverywhere(
      async (world) => {
        const context = await inAzure(world);
        await world.run(await back(world, context));
        return commitFailover(context, await world.item("SQL"));
      },
      async (world, job) => {
        expect(job.state).toBe("Succeeded");
        expect([world.region.machines.size, world.folders.files.size]).toEqual([0, 0]);
        expect((await world.item("SQL")).state).toBe("PlannedFailoverStatesBegin");
      },
    );
  });
});
