import { describe, expect, it } from "vitest";
import type { Drill, DrillRun } from "@/lib/domain/drill";
import type { DrillSettings } from "@/lib/domain/drill-rules";
import type { RecoveryPlanAction } from "@/lib/domain/entities";
import type { Job } from "@/lib/jobs/job";
import { RecoveryWorld } from "@/lib/testing/recovery-world";
import { sampleFailoverRecord } from "@/lib/testing/sample-entities";
import { Severable } from "@/lib/testing/severable";
import type { OperationContext } from "../context";
import { deleteRecoveryPlan, saveRecoveryPlan, updateRecoveryPlan } from "../recovery-plans/edit-recovery-plan";
import { cleanUpRecoveryPlan } from "../recovery-plans/finish-recovery-plan";
import { startFailover } from "../start-failover";
import { deleteDrill } from "./delete-drill";
import { readDrill } from "./read-drill";
import { runDrillNow } from "./run-drill-now";
import { saveDrill, setDrillEnabled } from "./save-drill";
import { skipNextStart } from "./skip-next-start";
import { startDueDrills } from "./start-due-drills";

const HOUR = 3_600_000;
const MINUTE = 60_000;
const manual: RecoveryPlanAction = {
  name: "Switch the load balancer",
  failoverTypes: ["TestFailover"],
  failoverDirections: ["PrimaryToRecovery"],
  details: { kind: "ManualActionDetails", description: "Point it at the replica." },
};

async function shop(actions: readonly RecoveryPlanAction[] = [], world = new RecoveryWorld()) {
  const context = await world.furnish({ SQL: 100, WEB: 300 });
  for (const name of ["SQL", "WEB"]) await world.protect(context, name);
  const fabric = await world.repositories.fabrics.get("fabric-1");
  if (!fabric) throw new Error("no site");
  const groups = ["SQL", "WEB"].map((name, index) => ({
    type: "Boot" as const,
    protectedItemIds: [`item-${name}`],
    startActions: index === 1 ? actions : [],
    endActions: [],
  }));
  const plan = await saveRecoveryPlan(context, world.vault, { name: "shop", fabric, groups });
  return { world, context, plan };
}

/** At nine every day; the world begins at eight. */
const settings = (planId: string, changes: Partial<DrillSettings> = {}): DrillSettings => ({
  planId,
  trigger: { kind: "Schedule", cron: "0 9 * * *" },
  timeZone: "UTC",
  windows: [],
  whenMissed: "Skip",
  graceMinutes: 0,
  networkName: "test",
  point: "Latest",
  useSharedPoints: false,
  cleanUp: { kind: "AfterMinutes", minutes: 10 },
  enabled: true,
  keepRuns: 50,
  ...changes,
});

const look = (context: OperationContext) =>
  startDueDrills(context, (error) => {
    throw error;
  });

const runsOf = (context: OperationContext, drill: Drill) => context.repositories.drillRuns.list(drill.id);
async function newestRun(context: OperationContext, drill: Drill): Promise<DrillRun> {
  const [run] = await runsOf(context, drill);
  if (!run) throw new Error("no run");
  return run;
}
const jobOf = async (context: OperationContext, run: DrillRun) => (await context.jobs.get(run.jobId)) as Job;

function expectNothingLeft(world: RecoveryWorld) {
  expect([world.region.machines.size, world.folders.files.size]).toEqual([0, 0]);
}

/** With a fresh process until the condition holds. */
async function until(world: RecoveryWorld, holds: () => Promise<boolean>): Promise<void> {
  const { runner } = world.process();
  runner.start();
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 1));
  await runner.stop();
}

describe("a drill that is due", () => {
  it("tests its plan in the isolated network, holds, cleans up, and proves that nothing is left", async () => {
    const { world, context, plan } = await shop();
    const drill = await saveDrill(context, world.vault, "nightly", settings(plan.id));
    await look(context);
    expect(await runsOf(context, drill)).toEqual([]);
    world.clock.advance(HOUR);
    await look(context);
    const run = await newestRun(context, drill);
    expect(run).toMatchObject({ state: "Running", startedBy: "Schedule", dueAt: "2026-01-05T09:00:00.000Z" });
    const ended = await world.run(await jobOf(context, run));
    expect([ended.state, ended.errors]).toEqual(["Succeeded", []]);
    const done = await newestRun(context, drill);
    expect(done).toMatchObject({ state: "Succeeded", reason: null, holdUntil: null, waitsFor: null });
    const test = await context.jobs.get(done.testJobId ?? "");
    expect(test).toMatchObject({ scenarioName: "TestFailover", state: "Succeeded", parentJobId: ended.id });
    expect(await context.jobs.get(done.cleanupJobId ?? "")).toMatchObject({ scenarioName: "TestFailoverCleanup" });
    const machines = (test?.input["groups"] as { machines: { networkName: string }[] }[]).flatMap((g) => g.machines);
    expect(machines.map((machine) => machine.networkName)).toEqual(["test", "test"]);
    const steps = await world.store.steps(ended.id);
    expect(steps.at(-1)?.details).toEqual({ lookedFor: ["SQL-test", "WEB-test"], remainingResources: [] });
    const heldMs = Date.parse(steps[2]?.startedAt ?? "") - Date.parse(steps[1]?.startedAt ?? "");
    expect(heldMs).toBeGreaterThanOrEqual(10 * MINUTE);
    expect(heldMs).toBeLessThan(11 * MINUTE);
    expectNothingLeft(world);
    expect(await world.item("SQL")).toMatchObject({ testFailoverState: "None", heldByJobId: null });
  });

  it("starts once, however many servers look and however often", async () => {
    const { world, context, plan } = await shop();
    const drill = await saveDrill(context, world.vault, "nightly", settings(plan.id));
    world.clock.advance(HOUR);
    const other = world.process().context;
    await Promise.all([look(context), look(other), look(context), look(other)]);
    const run = await newestRun(context, drill);
    await world.run(await jobOf(context, run));
    await Promise.all([look(context), look(other)]);
    expect(await runsOf(context, drill)).toHaveLength(1);
    const jobs = await context.jobs.list({ vaultId: "vault-1" });
    expect(jobs.map((job) => job.scenarioName).sort()).toEqual(["Drill", "TestFailover", "TestFailoverCleanup"]);
  });

  it("starts nothing twice when the clock is set back, also past what its history has forgotten", async () => {
    const { world, context, plan } = await shop();
    const drill = await saveDrill(context, world.vault, "nightly", settings(plan.id, { keepRuns: 2 }));
    for (let day = 0; day < 5; day += 1) {
      world.clock.advance(Date.parse(`2026-01-0${5 + day}T09:00:30.000Z`) - world.clock.now().getTime());
      await look(context);
      await world.run(await jobOf(context, await newestRun(context, drill)));
    }
    const kept = (await runsOf(context, drill)).map((run) => run.dueAt);
    expect(kept).toEqual(["2026-01-09T09:00:00.000Z", "2026-01-08T09:00:00.000Z"]);
    const countJobs = async () => (await context.jobs.list({ scenarioNames: ["Drill"] })).length;
    for (const instant of [
      "2026-01-09T08:59:00Z",
      "2026-01-09T09:00:30Z",
      "2026-01-06T09:00:30Z",
      "2026-01-05T08:00:00Z",
    ]) {
      world.clock.advance(Date.parse(instant) - world.clock.now().getTime());
      await look(context);
    }
    expect(await countJobs()).toBe(5);
    world.clock.advance(Date.parse("2026-01-10T09:00:30Z") - world.clock.now().getTime());
    await look(context);
    expect(await countJobs()).toBe(6);
  });

  it("is recorded as missed when the portal was down, with the reason and an event, or is run late", async () => {
    const { world, context, plan } = await shop();
    const strict = await saveDrill(context, world.vault, "strict", settings(plan.id));
    const late = { whenMissed: "RunLate", graceMinutes: 4 * 60 } as const;
    const patient = await saveDrill(context, world.vault, "patient", settings(plan.id, late));
    // Two days and three hours without a portal.
    world.clock.advance(52 * HOUR);
    await look(context);
    const codes = async (drill: Drill) =>
      (await runsOf(context, drill)).map((run) => `${run.dueAt.slice(8, 10)} ${run.reason?.code ?? run.state}`);
    expect(await codes(strict)).toEqual(["07 DrillStartMissed", "06 DrillStartMissed", "05 DrillStartMissed"]);
    expect(await codes(patient)).toEqual(["07 Running", "06 DrillStartMissed", "05 DrillStartMissed"]);
    const events = await context.repositories.events.list("vault-1", { take: 50 });
    const missed = events.filter((event) => event.affectedObject === "strict");
    expect(
      missed.map((event) => [event.severity, event.description.includes("was not started when it was due")]),
    ).toEqual(Array(3).fill(["Warning", true]));
    expect((await world.run(await jobOf(context, await newestRun(context, patient)))).state).toBe("Succeeded");
  });

  it("is refused while a machine of its plan is busy: the run failed, says by whom, and an event tells", async () => {
    const { world, context, plan } = await shop();
    const drill = await saveDrill(context, world.vault, "nightly", settings(plan.id));
    const item = await world.item("WEB");
    const test = { kind: "TestFailover", itemId: item.id, point: { type: "Latest" }, networkName: "test" } as const;
    const other = await startFailover(context, world.vault, item, { ...test, shutDownSource: false });
    await world.run(other);
    world.clock.advance(HOUR);
    await look(context);
    const run = await newestRun(context, drill);
    expect((await world.run(await jobOf(context, run))).state).toBe("Failed");
    const failed = await newestRun(context, drill);
    expect(failed).toMatchObject({ state: "Failed", reason: { code: "TestFailoverNotAllowed" } });
    expect(failed.reason?.message).toContain("WEB");
    const events = await context.repositories.events.list("vault-1", { take: 50 });
    const told = events.find((event) => event.affectedObject === "nightly");
    expect(told).toMatchObject({ severity: "Critical", jobId: run.jobId });
    // The other's test is not ours to clean up.
    expect(world.region.running()).toEqual(["WEB-test"]);
  });

  it("waits for a manual action of its plan, shows it, and goes on when a person has done it", async () => {
    const { world, context, plan } = await shop([manual]);
    const drill = await saveDrill(context, world.vault, "nightly", settings(plan.id));
    const job = await runDrillNow(context, drill);
    await until(world, async () => (await newestRun(context, drill)).waitsFor !== null);
    const waiting = await newestRun(context, drill);
    expect(waiting).toMatchObject({
      state: "Running",
      waitsFor: expect.stringContaining('"Switch the load balancer"'),
    });
    expect((await context.jobs.get(job.id))?.errors).toMatchObject([
      { code: "DrillWaitsForPerson", severity: "Warning" },
    ]);
    await context.jobs.resume(waiting.testJobId ?? "", "Switched.");
    expect((await world.run(job)).state).toBe("Succeeded");
    expect(await newestRun(context, drill)).toMatchObject({ state: "Succeeded", waitsFor: null });
    expectNothingLeft(world);
  });

  it("is completed by a person: with a comment to its job, or through the plan, which it notices", async () => {
    const { world, context, plan } = await shop();
    const drill = await saveDrill(context, world.vault, "byhand", settings(plan.id, { cleanUp: { kind: "ByPerson" } }));
    const isSuspended = (id: string) => async () => (await context.jobs.get(id))?.state === "Suspended";
    const first = await runDrillNow(context, drill);
    await until(world, isSuspended(first.id));
    expect(await newestRun(context, drill)).toMatchObject({ state: "WaitingForCleanup", waitsFor: expect.any(String) });
    await expect(runDrillNow(context, drill)).rejects.toMatchObject({ code: "DrillBusy" });
    await expect(deleteDrill(context, drill)).rejects.toMatchObject({ code: "DrillBusy" });
    await look(context);
    expect((await context.jobs.get(first.id))?.state).toBe("Suspended");
    await context.jobs.resume(first.id, "All orders were there.");
    expect((await world.run(first)).state).toBe("Succeeded");
    expectNothingLeft(world);

    const second = await runDrillNow(context, drill);
    await until(world, isSuspended(second.id));
    await world.run(await cleanUpRecoveryPlan(context, plan, "Looks good."));
    await look(context);
    expect((await world.run(second)).state).toBe("Succeeded");
    expect(await newestRun(context, drill)).toMatchObject({ state: "Succeeded", cleanupJobId: null });
  });

  it("ends its hold early when a person completes the test", async () => {
    const { world, context, plan } = await shop();
    const long = settings(plan.id, { cleanUp: { kind: "AfterMinutes", minutes: 7 * 24 * 60 } });
    const drill = await saveDrill(context, world.vault, "long", long);
    const job = await runDrillNow(context, drill);
    await until(world, async () => (await newestRun(context, drill)).state === "WaitingForCleanup");
    await world.run(await cleanUpRecoveryPlan(context, plan, ""));
    const ended = await world.run(job);
    expect(ended.state).toBe("Succeeded");
    const states = (await world.store.steps(job.id)).map((step) => step.state);
    expect(states).toEqual(["Succeeded", "Skipped", "Skipped", "Succeeded"]);
  });

  it("cleans up every machine of its test when the plan was cut down, or deleted, during the hold", async () => {
    for (const change of ["cut", "delete"] as const) {
      const { world, context, plan } = await shop();
      const drill = await saveDrill(context, world.vault, "nightly", settings(plan.id));
      const job = await runDrillNow(context, drill);
      await until(world, async () => (await newestRun(context, drill)).state === "WaitingForCleanup");
      const now = await world.repositories.recoveryPlans.get(plan.id);
      if (!now) throw new Error("no plan");
      const group = { type: "Boot" as const, protectedItemIds: ["item-SQL"], startActions: [], endActions: [] };
      if (change === "cut") await updateRecoveryPlan(context, now, [group]);
      else await deleteRecoveryPlan(context, now);
      expect((await world.run(job)).state).toBe("Succeeded");
      expectNothingLeft(world);
    }
  });

  it("fails, and stays to be restarted, when something is left after the cleanup", async () => {
    const { world, context, plan } = await shop();
    const drill = await saveDrill(context, world.vault, "nightly", settings(plan.id));
    world.region.immortal.add("WEB-test");
    const job = await runDrillNow(context, drill);
    expect((await world.run(job)).state).toBe("Failed");
    expect(await newestRun(context, drill)).toMatchObject({ state: "Failed", reason: { code: "DrillCleanupFailed" } });
    world.region.immortal.clear();
    await context.jobs.restart(job.id);
    expect(await newestRun(context, drill)).toMatchObject({ state: "Running", reason: null });
    expect((await world.run(job)).state).toBe("Succeeded");
    expect(await newestRun(context, drill)).toMatchObject({ state: "Succeeded" });
    expectNothingLeft(world);
  });

  it("is not left open when its restart was interrupted before there was an attempt, nor closed under one", async () => {
    const { world, context, plan } = await shop();
    const drill = await saveDrill(context, world.vault, "nightly", settings(plan.id));
    world.region.immortal.add("WEB-test");
    const job = await runDrillNow(context, drill);
    await world.run(job);
    const { id } = await newestRun(context, drill);
    await context.repositories.drillRuns.change(id, ["Failed"], { state: "Running", reason: null });
    await look(context);
    expect(await newestRun(context, drill)).toMatchObject({ state: "Failed", reason: { code: "DrillCleanupFailed" } });
    world.region.immortal.clear();
    await context.jobs.restart(job.id);
    // Another server has looked between the two writes of the restart.
    await context.repositories.drillRuns.change(id, ["Running"], { state: "Failed" });
    await world.run(job);
    expect(await newestRun(context, drill)).toMatchObject({ state: "Succeeded", reason: null });
  });

  it("takes the test back when it is cancelled, also while the plan waits for a person", async () => {
    const { world, context, plan } = await shop([manual]);
    const drill = await saveDrill(context, world.vault, "nightly", settings(plan.id));
    const job = await runDrillNow(context, drill);
    await until(world, async () => (await newestRun(context, drill)).waitsFor !== null);
    await context.jobs.cancel(job.id);
    expect((await world.run(job)).state).toBe("Cancelled");
    expect(await newestRun(context, drill)).toMatchObject({ state: "Failed", reason: { code: "DrillCancelled" } });
    expectNothingLeft(world);
    expect((await world.repositories.recoveryPlans.get(plan.id))?.heldByJobId).toBeNull();
  });

  it("takes the test back when it is cancelled during the hold", async () => {
    const { world, context, plan } = await shop();
    const drill = await saveDrill(context, world.vault, "nightly", settings(plan.id));
    const job = await runDrillNow(context, drill);
    await until(world, async () => (await newestRun(context, drill)).state === "WaitingForCleanup");
    await context.jobs.cancel(job.id);
    expect((await world.run(job)).state).toBe("Cancelled");
    expectNothingLeft(world);
  });

  it("says in the record of its test that it was the drill, also when the record is written again", async () => {
    const { world, context, plan } = await shop();
    const drill = await saveDrill(context, world.vault, "nightly", settings(plan.id));
    const job = await runDrillNow(context, drill);
    await until(world, async () => (await newestRun(context, drill)).testJobId !== null);
    const { testJobId } = await newestRun(context, drill);
    await context.repositories.failoverRecords.put(sampleFailoverRecord({ id: testJobId ?? "" }));
    await world.run(job);
    expect((await context.repositories.failoverRecords.get(testJobId ?? ""))?.drillId).toBe(drill.id);
  });
});

describe("drills that follow each other", () => {
  it("start when the one before has ended as they want it, once", async () => {
    const { world, context, plan } = await shop();
    const first = await saveDrill(context, world.vault, "first", settings(plan.id));
    const follow = (when: "Succeeded" | "Ended") =>
      settings(plan.id, { trigger: { kind: "AfterDrill", drillId: first.id, when } });
    const onSuccess = await saveDrill(context, world.vault, "on-success", follow("Succeeded"));
    const onEnd = await saveDrill(context, world.vault, "on-end", follow("Ended"));
    await expect(
      saveDrill(
        context,
        world.vault,
        "first",
        settings(plan.id, { trigger: { kind: "AfterDrill", drillId: onEnd.id, when: "Ended" } }),
      ),
    ).rejects.toMatchObject({ code: "DrillChainCycle" });
    await expect(deleteDrill(context, first)).rejects.toMatchObject({ code: "DrillHasFollowers" });

    world.region.bootFailures.set("SQL-test", 1);
    await world.run(await runDrillNow(context, first));
    await look(context);
    expect(await newestRun(context, first)).toMatchObject({ state: "Failed" });
    expect(await runsOf(context, onSuccess)).toEqual([]);
    const followed = await newestRun(context, onEnd);
    expect(followed).toMatchObject({ state: "Running", startedBy: "Chain" });
    expect((await world.run(await jobOf(context, followed))).state).toBe("Succeeded");

    await setDrillEnabled(context, onEnd, false);
    await world.run(await runDrillNow(context, first));
    await Promise.all([look(context), look(context)]);
    expect(await runsOf(context, onEnd)).toHaveLength(1);
    expect(await runsOf(context, onSuccess)).toMatchObject([{ state: "Running", startedBy: "Chain" }]);
  });
});

describe("the list of drills", () => {
  it("tells the next starts, leaves one out when a person wants it, and tells none while it is paused", async () => {
    const { world, context, plan } = await shop();
    const drill = await saveDrill(context, world.vault, "nightly", settings(plan.id));
    await skipNextStart(context, drill);
    const view = await readDrill(context, drill);
    expect(view.next.slice(0, 2)).toEqual([
      { at: "2026-01-05T09:00:00.000Z", skipped: true, inWindow: true },
      { at: "2026-01-06T09:00:00.000Z", skipped: false, inWindow: true },
    ]);
    expect([view.last, view.open, view.plan?.name]).toEqual([null, null, "shop"]);
    world.clock.advance(HOUR);
    await look(context);
    expect(await runsOf(context, drill)).toMatchObject([
      { state: "Skipped", reason: { code: "DrillSkippedByPerson" } },
    ]);
    const paused = await setDrillEnabled(context, drill, false);
    world.clock.advance(24 * HOUR);
    await look(context);
    expect(await runsOf(context, drill)).toHaveLength(1);
    expect((await readDrill(context, paused)).next).toEqual([]);
    await expect(skipNextStart(context, paused)).rejects.toMatchObject({ code: "DrillNotScheduled" });
    // What came due while it was paused is not made up for.
    await setDrillEnabled(context, paused, true);
    await look(context);
    expect(await runsOf(context, drill)).toHaveLength(1);
  });

  it("refuses a network that is not isolated, when it is saved and when it is run", async () => {
    const { world, context, plan } = await shop();
    const production = settings(plan.id, { networkName: "production" });
    await expect(saveDrill(context, world.vault, "nightly", production)).rejects.toMatchObject({
      code: "DrillNetworkNotIsolated",
    });
    const drill = await saveDrill(context, world.vault, "nightly", settings(plan.id));
    const network = await world.repositories.virtualNetworks.find(world.vault, "test");
    if (network) await world.repositories.virtualNetworks.put({ ...network, isolated: false });
    expect((await world.run(await runDrillNow(context, drill))).state).toBe("Failed");
    expect((await newestRun(context, drill)).reason?.code).toBe("DrillNetworkNotIsolated");
    expect(world.region.log).toEqual([]);
  });

  it("keeps starts that wait for a window from piling up", async () => {
    const { world, context, plan } = await shop();
    const nights = [{ days: ["Tuesday" as const], from: "01:00", until: "02:00" }];
    const hourly = {
      trigger: { kind: "Schedule", cron: "0 * * * *" },
      whenMissed: "RunLate",
      graceMinutes: 1440,
    } as const;
    const drill = await saveDrill(context, world.vault, "hourly", settings(plan.id, { ...hourly, windows: nights }));
    for (let hour = 0; hour < 4; hour += 1) {
      world.clock.advance(HOUR);
      await look(context);
    }
    const states = (await runsOf(context, drill)).map((run) => run.reason?.code ?? run.state);
    expect(states).toEqual(["Scheduled", "DrillSuperseded", "DrillSuperseded", "DrillSuperseded"]);
  });
});

it("ends with everything tested once and nothing left, wherever the server is killed", async () => {
  const prepare = async () => {
    const { world, context, plan } = await shop();
    const briefly = settings(plan.id, { cleanUp: { kind: "AfterMinutes", minutes: 1 } });
    const drill = await saveDrill(context, world.vault, "nightly", briefly);
    world.clock.advance(HOUR);
    return { world, drill };
  };
  const story = async (world: RecoveryWorld, drill: Drill, severable: Severable) => {
    const { context, runner } = world.process(severable);
    await Promise.race([look(context), severable.killed]);
    runner.start();
    return { context, runner, drill };
  };
  const counting = new Severable();
  const calm = await prepare();
  const { context, runner } = await story(calm.world, calm.drill, counting);
  await context.jobs.waitForEnd((await newestRun(context, calm.drill)).jobId);
  await runner.stop();

  for (let killAt = 1; killAt <= counting.calls; killAt += 17) {
    const { world, drill } = await prepare();
    const severable = new Severable(killAt);
    await story(world, drill, severable);
    await Promise.race([severable.killed, new Promise((resolve) => setTimeout(resolve, 400))]);
    severable.kill();
    const next = world.process();
    await look(next.context);
    const run = await newestRun(next.context, drill);
    const ended = await world.run(await jobOf(next.context, run));
    await look(next.context);
    const jobs = (await next.context.jobs.list({ vaultId: "vault-1" })).map((job) => job.scenarioName).sort();
    expect({
      killAt,
      state: ended.state,
      jobs,
      runs: (await runsOf(next.context, drill)).map(({ state }) => state),
    }).toEqual({
      ...{ killAt, state: "Succeeded", jobs: ["Drill", "TestFailover", "TestFailoverCleanup"], runs: ["Succeeded"] },
    });
    expectNothingLeft(world);
  }
}, 120_000);
