import { describe, expect, it } from "vitest";
import { bothRunningOf } from "@/lib/domain/both-running";
import { killedEverywhere } from "@/lib/testing/killed-everywhere";
import { RecoveryWorld, PROVIDER_ID } from "@/lib/testing/recovery-world";
import type { OperationContext } from "../context";
import type { FailoverRun } from "../failover/failover-run";
import { readProtectedItem } from "../read-protected-item";
import { runsOf } from "../run-evidence";
import { commitFailover, startFailover } from "../start-failover";
import { resolveBothRunning } from "./resolve-both-running";

async function furnished(world = new RecoveryWorld()) {
  const context = await world.furnish({ SQL: 100 });
  await world.protect(context, "SQL");
  return { world, context };
}

async function begin(world: RecoveryWorld, context: OperationContext, choice: Partial<FailoverRun>) {
  const item = await world.item("SQL");
  const run = { kind: "PlannedFailover", point: { type: "Latest" }, networkName: null, shutDownSource: true } as const;
  return startFailover(context, world.vault, item, { ...run, itemId: item.id, ...choice });
}

/** The source runs on, and its replica runs too: an unplanned failover that was not to shut it down. */
async function twice() {
  const { world, context } = await furnished();
  const choice = { kind: "UnplannedFailover", point: { type: "LatestProcessed" }, shutDownSource: false } as const;
  expect((await world.run(await begin(world, context, choice))).state).toBe("Succeeded");
  await world.heartbeat(context);
  return { world, context };
}

const events = async (world: RecoveryWorld) =>
  (await world.repositories.events.list("vault-1", { take: 100 })).filter(({ type }) => type === "VmHealth");
const healthOf = async (world: RecoveryWorld, context: OperationContext) => {
  const fabric = await world.repositories.fabrics.get("fabric-1");
  if (!fabric) throw new Error("no fabric");
  return (await readProtectedItem(context, world.vault, fabric, await world.item("SQL"))).health;
};

describe("the fence of a planned failover", () => {
  it("stops when the host says 'off' and its next heartbeat says 'running'", async () => {
    const { world, context } = await furnished();
    const beat = world.site.onPower;
    world.site.onPower = () => {
      // The guest restarts at once, as guests do that were told to.
      const machine = world.site.machine("SQL");
      if (machine.power === "off" && !world.site.log.includes("restarted")) {
        world.site.log.push("restarted");
        world.clock.advance(1);
        machine.power = "running";
        void world.clock.sleep(2_000).then(() => world.heartbeat(context));
      }
      beat();
    };
    const job = await world.run(await begin(world, context, {}));
    expect([job.state, job.errors.map(({ code }) => code)]).toEqual(["Failed", ["SourceNotOff"]]);
    expect([world.region.running(), world.ranTwice.size]).toEqual([[], 0]);
    expect(await world.item("SQL")).toMatchObject({ state: "Protected", activeLocation: "Primary" });
  });

  it("believes a later word: a heartbeat that still told of before is no reason to stop", async () => {
    const { world, context } = await furnished();
    world.site.onPower = () => {
      const inventory = world.site.inventory().map((machine) => ({ ...machine, power: "running" as const }));
      world.clock.advance(1);
      const at = () => world.clock.now().toISOString();
      void world.repositories.providers.update(PROVIDER_ID, { inventory, lastHeartbeatAt: at() });
      void world.clock.sleep(2_000).then(() => world.heartbeat(context));
    };
    const job = await world.run(await begin(world, context, {}));
    expect([job.state, job.errors]).toEqual(["Succeeded", []]);
  });
});

describe("a machine found running in both places", () => {
  it("is an alert and an event, once, and nothing is stopped by itself", async () => {
    const { world, context } = await twice();
    await world.heartbeat(context);
    expect(bothRunningOf(await world.item("SQL"))).toMatchObject({ left: null });
    expect((await events(world)).map(({ severity }) => severity)).toEqual(["Critical"]);
    const [alert] = await healthOf(world, context);
    expect(alert).toMatchObject({ level: "Error", explanation: { code: "MachineRunsTwice" } });
    expect([world.site.machine("SQL").power, world.region.running()]).toEqual(["running", ["SQL"]]);
  });

  it("is found after a committed failover too, when its site comes back", async () => {
    const { world, context } = await furnished();
    await world.run(await begin(world, context, {}));
    await world.run(await commitFailover(context, await world.item("SQL")));
    expect(bothRunningOf(await world.item("SQL"))).toBeNull();
    await world.site.command(PROVIDER_ID, { type: "startMachine", machineId: "SQL" });
    await world.heartbeat(context);
    expect(bothRunningOf(await world.item("SQL"))).not.toBeNull();
    await resolveBothRunning(context, await world.item("SQL"), "StopReplica", "");
    expect(world.region.running()).toEqual([]);
    await world.heartbeat(context);
    expect(bothRunningOf(await world.item("SQL"))).toBeNull();
  });

  it("is none while a test's machine runs beside its source", async () => {
    const { world, context } = await furnished();
    await world.run(await begin(world, context, { kind: "TestFailover", shutDownSource: false }));
    await world.heartbeat(context);
    expect(bothRunningOf(await world.item("SQL"))).toBeNull();
  });

  it("ends by itself when one of the two is off, and the events say so", async () => {
    const { world, context } = await twice();
    await world.site.command(PROVIDER_ID, { type: "stopMachine", machineId: "SQL" });
    await world.heartbeat(context);
    expect(bothRunningOf(await world.item("SQL"))).toBeNull();
    expect((await events(world)).map(({ severity }) => severity)).toEqual(["OK", "Critical"]);
  });

  it("lets a person shut down the one at the site", async () => {
    const { world, context } = await twice();
    await resolveBothRunning(context, await world.item("SQL"), "ShutDownSource", "It is the older one.");
    expect([world.site.machine("SQL").power, world.region.running()]).toEqual(["off", ["SQL"]]);
    expect(bothRunningOf(await world.item("SQL"))).toBeNull();
    expect((await events(world)).some(({ description }) => description.includes("It is the older one."))).toBe(true);
  });

  it("does not stop the one in Azure before the commit: that is cancelling the failover", async () => {
    const { world, context } = await twice();
    await expect(resolveBothRunning(context, await world.item("SQL"), "StopReplica", "")).rejects.toMatchObject({
      code: "BothRunningChoiceNotPossible",
      message: expect.stringContaining("cancel the failover instead") as string,
    });
  });

  it("is left as it is only with a reason, which is kept", async () => {
    const { world, context } = await twice();
    const item = await world.item("SQL");
    await expect(resolveBothRunning(context, item, "LeaveBoth", " ")).rejects.toMatchObject({ code: "ReasonRequired" });
    await resolveBothRunning(context, item, "LeaveBoth", "They share nothing: a training room.");
    await world.heartbeat(context);
    expect(bothRunningOf(await world.item("SQL"))?.left?.reason).toContain("training room");
    expect((await healthOf(world, context))[0]?.level).toBe("Warning");
    expect((await events(world)).some(({ description }) => description.includes("training room"))).toBe(true);
  });
});

describe("a recovery point that is chosen", () => {
  it("and pruned before the start is a clear refusal, and nothing is touched", async () => {
    const { world, context } = await furnished();
    const [point] = await world.repositories.recoveryPoints.list("item-SQL");
    await world.site.replicate("item-SQL", false);
    await world.repositories.recoveryPoints.delete(point?.id ?? "");
    const choice = { kind: "UnplannedFailover", point: { type: "Id", id: point?.id ?? "" } } as const;
    await expect(begin(world, context, choice)).rejects.toMatchObject({ code: "RecoveryPointNotFound" });
    expect([world.site.log, await world.store.list({})]).toEqual([[], []]);
    expect((await world.item("SQL")).heldByJobId).toBeNull();
  });

  it("and lost between the request and the first step fails before anything is touched", async () => {
    const { world, context } = await furnished();
    const [point] = await world.repositories.recoveryPoints.list("item-SQL");
    const choice = { kind: "UnplannedFailover", point: { type: "Id", id: point?.id ?? "" } } as const;
    const job = await begin(world, context, choice);
    await world.site.replicate("item-SQL", false);
    await world.repositories.recoveryPoints.delete(point?.id ?? "");
    const ended = await world.run(job);
    expect([ended.state, ended.errors.map(({ code }) => code)]).toEqual(["Failed", ["RecoveryPointNotFound"]]);
    expect([world.site.log, world.region.log, world.folders.files.size]).toEqual([[], [], 0]);
  });

  it("is held while a job uses it, however old it is", async () => {
    const { world, context } = await furnished();
    const [point] = await world.repositories.recoveryPoints.list("item-SQL");
    world.clock.advance(30 * 3_600_000);
    const choice = { kind: "UnplannedFailover", point: { type: "Id", id: point?.id ?? "" } } as const;
    const job = await begin(world, context, { ...choice, shutDownSource: false });
    // A point arrives while the job waits for its turn: retention would drop the old one.
    await world.site.replicate("item-SQL", false);
    expect((await world.run(job)).state).toBe("Succeeded");
    expect((await world.item("SQL")).failoverRecoveryPointId).toBe(point?.id);
  });
});

describe("a target size that does not fit any more", () => {
  it.each([
    ["is not in the table any more", "Standard_Z9"],
    ["is too small for what the machine has got since", "Standard_A0"],
  ])("%s: the start is refused with the cure", async (_, size) => {
    const { world, context } = await furnished();
    const item = await world.item("SQL");
    await world.repositories.protectedItems.update(item.id, item.revision, { target: { ...item.target, size } });
    const inventory = world.site.inventory().map((machine) => ({ ...machine, memoryBytes: 2 ** 30 }));
    await world.repositories.providers.update(PROVIDER_ID, { inventory });
    await expect(begin(world, context, {})).rejects.toMatchObject({
      kind: "conflict",
      code: "TargetSizeDoesNotFit",
      recommendedAction: expect.stringContaining("Choose another size") as string,
    });
    expect((await world.item("SQL")).heldByJobId).toBeNull();
  });
});

describe("a clock that steps back", () => {
  it("makes no duration and no loss negative", async () => {
    const { world, context } = await furnished();
    world.clock.advance(60_000);
    world.clock.stepBack(3_600_000);
    const choice = { kind: "UnplannedFailover", point: { type: "LatestProcessed" }, shutDownSource: false } as const;
    const job = await world.run(await begin(world, context, choice));
    expect(job.state).toBe("Succeeded");
    const [run] = runsOf(await world.item("SQL"));
    expect(run?.secondsLost).toBeGreaterThanOrEqual(0);
    expect(run?.disks.every(({ seconds }) => seconds >= 0)).toBe(true);
    expect(run?.firstLineMs).toBeGreaterThanOrEqual(0);
  });

  it("in the middle of a planned failover does not keep it from its end", async () => {
    await killedEverywhere(
      async (world) => {
        const { context } = await furnished(world);
        const register = world.site.register;
        world.site.register = (point) => {
          world.clock.stepBack(60_000);
          return register(point);
        };
        return begin(world, context, {});
      },
      async (world, job) => {
        expect(job.state).toBe("Succeeded");
        expect(runsOf(await world.item("SQL"))[0]).toMatchObject({ ordersLost: 0, secondsLost: 0 });
        expect(world.ranTwice.size).toBe(0);
      },
      29,
    );
  });
});
