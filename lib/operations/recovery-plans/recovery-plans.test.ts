import { describe, expect, it } from "vitest";
import type { RecoveryPlan, RecoveryPlanAction } from "@/lib/domain/entities";
import type { Job } from "@/lib/jobs/job";
import { RecoveryWorld } from "@/lib/testing/recovery-world";
import { Severable } from "@/lib/testing/severable";
import type { OperationContext } from "../context";
import { readRecoveryPlan } from "../read-recovery-plan";
import { runsOf } from "../run-evidence";
import { startFailover } from "../start-failover";
import { deleteRecoveryPlan, saveRecoveryPlan, updateRecoveryPlan } from "./edit-recovery-plan";
import { cleanUpRecoveryPlan, commitRecoveryPlan } from "./finish-recovery-plan";
import { runRecoveryPlan, type PlanRequest } from "./run-recovery-plan";

const NAMES = ["SQL", "APP", "WEB"] as const;
const manual: RecoveryPlanAction = {
  name: "Switch the load balancer",
  failoverTypes: ["TestFailover", "PlannedFailover"],
  failoverDirections: ["PrimaryToRecovery"],
  details: { kind: "ManualActionDetails", description: "Point it at the replica." },
};

async function shop(world = new RecoveryWorld()) {
  const context = await world.furnish({ SQL: 100, APP: 200, WEB: 300 });
  for (const name of NAMES) await world.protect(context, name);
  const fabric = await world.repositories.fabrics.get("fabric-1");
  if (!fabric) throw new Error("no site");
  const groups = NAMES.map((name) => ({
    type: "Boot" as const,
    protectedItemIds: [`item-${name}`],
    startActions: name === "WEB" ? [manual] : [],
    endActions: [],
  }));
  const plan = await saveRecoveryPlan(context, world.vault, { name: "shop", fabric, groups });
  return { world, context, plan };
}

it("starts machines of a consistency group from the newest point that all of them share, others from their own", async () => {
  const { world, context, plan } = await shop();
  const unplanned = request("UnplannedFailover", { useSharedPoints: true });
  for (const name of ["SQL", "APP"]) {
    const item = await world.item(name);
    await world.repositories.protectedItems.update(item.id, item.revision, { consistencyGroup: "tills" });
  }
  await expect(runRecoveryPlan(context, world.vault, plan, unplanned)).rejects.toMatchObject({
    code: "MultiVmPointNotFound",
  });
  const cut = (stamp: string) => ({ group: { name: "tills", stamp, size: 2, problem: null } });
  const shared: string[] = [];
  for (const name of ["SQL", "APP"]) {
    const { recoveryPointId } = await world.site.replicate(`item-${name}`, false, cut("whole"));
    shared.push(recoveryPointId ?? "");
  }
  await world.site.replicate("item-SQL", false, cut("half"));
  const job = await runRecoveryPlan(context, world.vault, plan, unplanned);
  await runThrough(world, context, job);
  const used = async (name: string) => (await world.item(name)).failoverRecoveryPointId;
  expect([await used("SQL"), await used("APP")]).toEqual(shared);
  const own = await world.repositories.recoveryPoints.list("item-WEB");
  expect(await used("WEB")).toBe(own.at(-1)?.id);
});

const request = (kind: PlanRequest["kind"], changes: Partial<PlanRequest> = {}): PlanRequest => ({
  kind,
  point: { type: kind === "UnplannedFailover" ? "LatestProcessed" : "Latest" },
  testNetworkName: kind === "TestFailover" ? "test" : null,
  shutDownSource: kind === "PlannedFailover",
  ...changes,
});

/** With a fresh process: until the job halts for somebody or has ended. */
async function untilHalt(world: RecoveryWorld, job: Job): Promise<Job> {
  const { context, runner } = world.process();
  runner.start();
  for (;;) {
    const now = await context.jobs.get(job.id);
    if (now && ["Suspended", "Succeeded", "Failed", "Cancelled"].includes(now.state)) {
      await runner.stop();
      return now;
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

async function runThrough(world: RecoveryWorld, context: OperationContext, job: Job): Promise<Job> {
  const halted = await untilHalt(world, job);
  if (halted.state === "Suspended") await context.jobs.resume(job.id, "Switched.");
  return world.run(job);
}

describe("a recovery plan", () => {
  it("halts at its manual action, with the first groups up, and goes on with the comment", async () => {
    const { world, context, plan } = await shop();
    const job = await runRecoveryPlan(context, world.vault, plan, request("TestFailover"));
    const halted = await untilHalt(world, job);
    expect([halted.state, halted.stateDescription]).toEqual(["Suspended", "WaitingForManualAction"]);
    expect(world.region.running()).toEqual(["SQL-test", "APP-test"]);
    await context.jobs.resume(job.id, "Load balancer switched.");
    const ended = await world.run(job);
    expect(ended.state).toBe("Succeeded");
    expect(world.region.running()).toEqual(["SQL-test", "APP-test", "WEB-test"]);
    const action = (await world.store.steps(job.id)).find((step) => step.name === "ManualAction");
    expect(action?.details).toMatchObject({
      instructions: "Point it at the replica.",
      observation: "Load balancer switched.",
      completedBy: "local user",
    });
    for (const name of NAMES) {
      expect(await world.item(name)).toMatchObject({ testFailoverState: "WaitingForCompletion", heldByJobId: null });
    }
    const view = await readRecoveryPlan(context, world.vault, plan);
    expect(view.allowedOperations).toEqual(["TestFailoverCleanup"]);
    expect((await world.run(await cleanUpRecoveryPlan(context, plan, "Content."))).state).toBe("Succeeded");
    expect([world.region.machines.size, world.folders.files.size]).toEqual([0, 0]);
    for (const name of NAMES) expect(runsOf(await world.item(name))[0]?.cleanup?.remainingResources).toEqual([]);
  });

  it("shuts down in reverse order, boots group by group, loses nothing, and commits", async () => {
    const { world, context, plan } = await shop();
    for (const name of NAMES) world.site.write(name, 9);
    const job = await runRecoveryPlan(context, world.vault, plan, request("PlannedFailover"));
    const ended = await runThrough(world, context, job);
    expect([ended.state, ended.errors]).toEqual(["Succeeded", []]);
    expect(world.site.log).toEqual(["stopped WEB", "stopped APP", "stopped SQL"]);
    expect(world.region.log).toEqual(["started SQL", "started APP", "started WEB"]);
    for (const name of NAMES) expect(runsOf(await world.item(name))[0]).toMatchObject({ ordersLost: 0 });
    expect(world.ranTwice.size).toBe(0);
    expect((await world.run(await commitRecoveryPlan(context, plan))).state).toBe("Succeeded");
    for (const name of NAMES) expect((await world.item(name)).state).toBe("PlannedFailoverStatesBegin");
  });

  it("stops at the first error of a planned run, starts again what is not over, and can be restarted", async () => {
    const { world, context, plan } = await shop();
    world.region.bootFailures.set("APP", 1);
    const job = await runRecoveryPlan(context, world.vault, plan, request("PlannedFailover"));
    const failed = await untilHalt(world, job);
    expect([failed.state, failed.errors.map((error) => error.code)]).toEqual(["Failed", ["ReplicaDidNotBoot"]]);
    expect(world.region.running()).toEqual(["SQL"]);
    expect(["SQL", "APP", "WEB"].map((name) => world.site.machine(name).power)).toEqual(["off", "running", "running"]);
    expect((await world.item("SQL")).state).toBe("PlannedFailoverCommitRequired");
    expect((await world.item("WEB")).state).toBe("Protected");
    const ended = await runThrough(world, context, await context.jobs.restart(job.id));
    expect(ended.state).toBe("Succeeded");
    expect(world.region.running()).toEqual(["SQL", "APP", "WEB"]);
    expect(world.ranTwice.size).toBe(0);
  });

  it("goes on over an error of an unplanned run and marks the machine, which a restart then brings up", async () => {
    const { world, context, plan } = await shop();
    world.site.connected = false;
    world.region.bootFailures.set("APP", 1);
    const job = await world.run(await runRecoveryPlan(context, world.vault, plan, request("UnplannedFailover")));
    expect([job.state, job.stateDescription]).toEqual(["Failed", "PartiallySucceeded"]);
    expect(world.region.running()).toEqual(["SQL", "WEB"]);
    expect((await world.item("APP")).state).toBe("UnplannedFailoverCompletionFailed");
    expect((await world.run(await context.jobs.restart(job.id))).state).toBe("Succeeded");
    expect(world.region.running().sort()).toEqual(["APP", "SQL", "WEB"]);
  });

  it("takes everything back when its test is cancelled at the manual action", async () => {
    const { world, context, plan } = await shop();
    const job = await runRecoveryPlan(context, world.vault, plan, request("TestFailover"));
    await untilHalt(world, job);
    await context.jobs.cancel(job.id);
    expect((await world.run(job)).state).toBe("Cancelled");
    expect([world.region.machines.size, world.folders.files.size]).toEqual([0, 0]);
    for (const name of NAMES) expect((await world.item(name)).testFailoverState).toBe("None");
  });

  it("runs as it was started, whatever is edited meanwhile", async () => {
    const { world, context, plan } = await shop();
    const job = await runRecoveryPlan(context, world.vault, plan, request("TestFailover"));
    await untilHalt(world, job);
    await updateRecoveryPlan(context, (await world.repositories.recoveryPlans.get(plan.id)) as RecoveryPlan, [
      { type: "Boot", protectedItemIds: ["item-SQL"], startActions: [], endActions: [] },
    ]);
    await context.jobs.resume(job.id, "Go on.");
    expect((await world.run(job)).state).toBe("Succeeded");
    expect(world.region.running()).toHaveLength(3);
  });

  it("is refused while one of its machines is held, naming it, and holds nothing then", async () => {
    const { world, context, plan } = await shop();
    const item = await world.item("APP");
    const test = { kind: "TestFailover", itemId: item.id, point: { type: "Latest" }, networkName: "test" } as const;
    await startFailover(context, world.vault, item, { ...test, shutDownSource: false });
    await expect(runRecoveryPlan(context, world.vault, plan, request("TestFailover"))).rejects.toMatchObject({
      message: expect.stringMatching(/APP.*'Test failover'.*working on it/) as string,
    });
    expect((await world.item("SQL")).heldByJobId).toBeNull();
    expect((await world.repositories.recoveryPlans.get(plan.id))?.heldByJobId).toBeNull();
  });

  it("is busy while it runs: a second run and its deletion are refused, a single failover of its machine too", async () => {
    const { world, context, plan } = await shop();
    await untilHalt(world, await runRecoveryPlan(context, world.vault, plan, request("TestFailover")));
    const again = runRecoveryPlan(context, world.vault, plan, request("TestFailover"));
    await expect(again).rejects.toMatchObject({ code: "RecoveryPlanBusy" });
    const now = (await world.repositories.recoveryPlans.get(plan.id)) as RecoveryPlan;
    await expect(deleteRecoveryPlan(context, now)).rejects.toMatchObject({ code: "RecoveryPlanBusy" });
    const item = await world.item("SQL");
    const run = { kind: "UnplannedFailover", itemId: item.id, point: { type: "LatestProcessed" } } as const;
    const single = startFailover(context, world.vault, item, { ...run, networkName: null, shutDownSource: false });
    await expect(single).rejects.toMatchObject({ code: "UnplannedFailoverNotAllowed" });
  });

  it("leaves out machines that are over already", async () => {
    const { world, context, plan } = await shop();
    const item = await world.item("SQL");
    const run = { kind: "UnplannedFailover", itemId: item.id, point: { type: "LatestProcessed" } } as const;
    await world.run(
      await startFailover(context, world.vault, item, { ...run, networkName: null, shutDownSource: false }),
    );
    const job = await world.run(await runRecoveryPlan(context, world.vault, plan, request("UnplannedFailover")));
    expect(job.state).toBe("Succeeded");
    const skipped = (await world.store.steps(job.id)).filter((step) => step.state === "Skipped");
    expect(skipped.some((step) => step.friendlyName === "Start SQL")).toBe(true);
    expect(world.region.running().sort()).toEqual(["APP", "SQL", "WEB"]);
  });

  it("ends its planned run with one machine each, wherever it is killed", async () => {
    const counting = new Severable();
    const calm = await shop();
    const first = await runRecoveryPlan(calm.context, calm.world.vault, calm.plan, request("PlannedFailover"));
    const process = calm.world.process(counting);
    process.runner.start();
    while ((await calm.world.store.get(first.id))?.state !== "Suspended")
      await new Promise((resolve) => setTimeout(resolve, 1));
    await process.runner.stop();
    for (let killAt = 1; killAt <= counting.calls; killAt += 13) {
      const { world, context, plan } = await shop();
      const job = await runRecoveryPlan(context, world.vault, plan, request("PlannedFailover"));
      const severable = new Severable(killAt);
      const doomed = world.process(severable);
      doomed.runner.start();
      await Promise.race([severable.killed, new Promise((resolve) => setTimeout(resolve, 300))]);
      severable.kill();
      const ended = await runThrough(world, context, job);
      expect({ killAt, state: ended.state, errors: ended.errors }).toEqual({ killAt, state: "Succeeded", errors: [] });
      expect(world.region.running().sort()).toEqual(["APP", "SQL", "WEB"]);
      expect(world.folders.files.size).toBe(6);
      expect(world.ranTwice.size).toBe(0);
    }
  });
});
