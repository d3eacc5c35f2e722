import { beforeEach, describe, expect, it, vi } from "vitest";
import type { RecoveryPlanAction } from "@/lib/domain/entities";
import type { Job } from "@/lib/jobs/job";
import { siteFault } from "@/lib/testing/memory-site";
import { RecoveryWorld } from "@/lib/testing/recovery-world";
import { Severable } from "@/lib/testing/severable";
import { readRecoveryPlan } from "../read-recovery-plan";
import { saveRecoveryPlan } from "./edit-recovery-plan";
import { failBackRecoveryPlan, type PlanBackRequest } from "./fail-back-recovery-plan";
import { cancelPlanFailover, commitRecoveryPlan, reverseReplicatePlan } from "./finish-recovery-plan";
import { runRecoveryPlan } from "./run-recovery-plan";
import { validateRecoveryPlan } from "./validate-recovery-plan";

const ran = vi.hoisted(() => [] as { name: string; context: object }[]);
vi.mock("../automation/describe-runbook", async (original) => ({
  ...(await original<object>()),
  runbookProblem: async () => null,
  webhookProblem: async () => null,
}));
vi.mock("../automation/run-runbook", async (original) => ({
  ...(await original<object>()),
  runRunbook: async (_: unknown, request: { runbookName: string; context: object }) => {
    ran.push({ name: request.runbookName, context: request.context });
    return { exitCode: 0 };
  },
}));
beforeEach(() => void ran.splice(0));

const NAMES = ["SQL", "WEB"] as const;
const action = (name: string, type: string, direction: string): RecoveryPlanAction => ({
  name,
  failoverTypes: [type],
  failoverDirections: [direction],
  details: {
    kind: "AutomationRunbookActionDetails",
    accountName: "ops",
    runbookName: name,
    fabricLocation: "Recovery",
    timeoutSeconds: 60,
  },
});
const DURING: PlanBackRequest = { dataSyncOption: "ForSynchronization", createMachine: false };

/** Both machines in Azure, committed unless told otherwise, each with seven orders taken there. */
async function inAzure(options: { readonly committed?: boolean; readonly world?: RecoveryWorld } = {}) {
  const world = options.world ?? new RecoveryWorld();
  const context = await world.furnish({ SQL: 100, WEB: 300 });
  for (const name of NAMES) await world.protect(context, name);
  const fabric = await world.repositories.fabrics.get("fabric-1");
  if (!fabric) throw new Error("no site");
  const groups = NAMES.map((name) => ({
    type: "Boot" as const,
    protectedItemIds: [`item-${name}`],
    startActions: name === "WEB" ? [action("there", "PlannedFailover", "PrimaryToRecovery")] : [],
    endActions: name === "SQL" ? [action("back", "Failback", "RecoveryToPrimary")] : [],
  }));
  const plan = await saveRecoveryPlan(context, world.vault, { name: "shop", fabric, groups });
  const over = await runRecoveryPlan(context, world.vault, plan, {
    kind: "PlannedFailover",
    point: { type: "Latest" },
    testNetworkName: null,
    shutDownSource: true,
  });
  expect((await world.run(over)).errors).toEqual([]);
  if (options.committed !== false) await world.run(await commitRecoveryPlan(context, plan));
  for (const name of NAMES) world.replicaCapture.write(name, 7);
  return { world, context, plan };
}
const allowed = async ({ context, world, plan }: Awaited<ReturnType<typeof inAzure>>) =>
  (await readRecoveryPlan(context, world.vault, plan)).allowedOperations;

async function halted(world: RecoveryWorld, job: Job): Promise<Job> {
  const { context, runner } = world.process();
  runner.start();
  for (;;) {
    const now = await context.jobs.get(job.id);
    if (now && ["Suspended", "Succeeded", "Failed"].includes(now.state)) {
      await runner.stop();
      return now;
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

describe("the way back of a recovery plan", () => {
  it("brings every machine and order back in order, runs the actions of the direction, and goes on to be protected", async () => {
    const shop = await inAzure();
    const { world, context, plan } = shop;
    expect(await allowed(shop)).toEqual(["Failback", "CompleteMigration"]);
    ran.splice(0);
    const job = await world.run(await failBackRecoveryPlan(context, plan, DURING));
    expect([job.state, job.errors]).toEqual(["Succeeded", []]);
    expect(NAMES.map((name) => world.site.machine(name).orders)).toEqual([107, 307]);
    expect(world.site.log.slice(-2)).toEqual(["started SQL", "started WEB"]);
    expect([world.region.running(), world.ranTwice.size]).toEqual([[], 0]);
    expect(ran).toEqual([
      {
        name: "back",
        context: {
          RecoveryPlanName: "shop",
          FailoverType: "Planned",
          FailoverDirection: "SecondaryToPrimary",
          GroupId: "1",
          VmMap: { SQL: { RoleName: "SQL" } },
        },
      },
    ]);
    expect(await allowed(shop)).toEqual(["Commit"]);
    expect((await world.run(await commitRecoveryPlan(context, plan))).errors).toEqual([]);
    expect([world.region.machines.size, world.folders.files.size]).toEqual([0, 0]);
    expect(await allowed(shop)).toEqual(["ReverseReplicate"]);
    const { runner } = world.process();
    runner.start();
    const reverse = await reverseReplicatePlan(context, plan);
    for (const name of NAMES) {
      while ((await world.item(name)).state !== "ReprotectInitiated") await new Promise((done) => setTimeout(done, 1));
      world.clock.advance(30_000);
      await world.site.replicate(`item-${name}`, false);
    }
    expect((await context.jobs.waitForEnd(reverse.id)).errors).toEqual([]);
    await runner.stop();
    for (const name of NAMES) expect(await world.item(name)).toMatchObject({ state: "Protected", heldByJobId: null });
    expect(await allowed(shop)).toContain("PlannedFailover");
  });

  it("sends the data while the machines run in Azure, and shuts them down when a person says so", async () => {
    const { world, context, plan } = await inAzure();
    const request = { dataSyncOption: "ForDownTime", createMachine: false } as const;
    const job = await halted(world, await failBackRecoveryPlan(context, plan, request));
    expect([job.state, job.stateDescription]).toEqual(["Suspended", "WaitingForCompleteFailover"]);
    expect(world.region.running()).toEqual(["SQL", "WEB"]);
    world.replicaCapture.write("WEB", 5);
    await context.jobs.resume(job.id, "Now.");
    expect((await world.run(job)).state).toBe("Succeeded");
    expect(world.site.machine("WEB").orders).toBe(312);
  });

  it("stops at the first error, runs the others in Azure again, and a restart goes on with them", async () => {
    const { world, context, plan } = await inAzure();
    const command = world.site.command.bind(world.site);
    let refusals = 1;
    world.site.command = async (provider, given) => {
      if (given.type === "startMachine" && given.machineId === "WEB" && refusals-- > 0)
        throw siteFault("HostBusy", "busy");
      return command(provider, given);
    };
    const failed = await world.run(await failBackRecoveryPlan(context, plan, DURING));
    expect([failed.state, failed.errors[0]?.code]).toEqual(["Failed", "HostBusy"]);
    expect(world.region.running()).toEqual(["WEB"]);
    expect(NAMES.map((name) => world.site.machine(name).power)).toEqual(["running", "off"]);
    expect([(await world.item("SQL")).activeLocation, (await world.item("WEB")).activeLocation]).toEqual([
      "Primary",
      "Recovery",
    ]);
    world.replicaCapture.write("WEB", 2);
    const again = await world.run(await context.jobs.restart(failed.id));
    expect([again.state, world.site.machine("WEB").orders]).toEqual(["Succeeded", 309]);
    expect(ran.filter(({ name }) => name === "back")).toHaveLength(1);
    expect(world.ranTwice.size).toBe(0);
  });

  it("ends with each machine once, wherever the server is killed", async () => {
    const counting = new Severable();
    const calm = await inAzure();
    const first = await failBackRecoveryPlan(calm.context, calm.plan, DURING);
    const process = calm.world.process(counting);
    process.runner.start();
    await process.context.jobs.waitForEnd(first.id);
    await process.runner.stop();
    for (let killAt = 1; killAt <= counting.calls; killAt += 29) {
      const { world, context, plan } = await inAzure();
      const job = await failBackRecoveryPlan(context, plan, DURING);
      const severable = new Severable(killAt);
      const doomed = world.process(severable);
      doomed.runner.start();
      await Promise.race([severable.killed, doomed.context.jobs.waitForEnd(job.id)]);
      severable.kill();
      const ended = await world.run(job);
      expect({ killAt, state: ended.state, errors: ended.errors }).toEqual({ killAt, state: "Succeeded", errors: [] });
      expect(NAMES.map((name) => world.site.machine(name).orders)).toEqual([107, 307]);
      expect([world.region.running(), world.ranTwice.size]).toEqual([[], 0]);
    }
  });

  it("cancels failovers that are not committed: the sources run, the replicas are gone", async () => {
    const shop = await inAzure({ committed: false });
    const { world, context, plan } = shop;
    expect(await allowed(shop)).toEqual(["ChangePit", "Commit", "CancelFailover", "CompleteMigration"]);
    world.site.connected = false;
    await expect(cancelPlanFailover(context, plan)).rejects.toMatchObject({ code: "SiteNotConnected" });
    world.site.connected = true;
    const job = await world.run(await cancelPlanFailover(context, plan));
    expect([job.state, job.errors]).toEqual(["Succeeded", []]);
    expect(NAMES.map((name) => world.site.machine(name).power)).toEqual(["running", "running"]);
    expect([world.region.machines.size, world.folders.files.size, world.ranTwice.size]).toEqual([0, 0, 0]);
    for (const name of NAMES) expect(await world.item(name)).toMatchObject({ state: "Protected", heldByJobId: null });
  });

  it("is validated: ready, or blocked by what, and the actions of the direction", async () => {
    const { world, context, plan } = await inAzure();
    const request = {
      kind: "PlannedFailover",
      point: { type: "Latest" },
      testNetworkName: null,
      shutDownSource: true,
    } as const;
    const view = await validateRecoveryPlan(context, world.vault, plan, request, DURING);
    expect(view.direction).toBe("RecoveryToPrimary");
    expect(view.machines.map(({ leftOut, findings }) => ({ leftOut, findings }))).toEqual([
      { leftOut: null, findings: [] },
      { leftOut: null, findings: [] },
    ]);
    expect(view.actions.map(({ action: { name }, applies }) => [name, applies])).toEqual([
      ["back", true],
      ["there", false],
    ]);
    world.site.connected = false;
    const silent = await validateRecoveryPlan(context, world.vault, plan, request, DURING);
    expect(silent.machines[0]?.findings.map(({ code }) => code)).toEqual(["SiteNotConnected"]);
  });

  it("passes over machines that run at their site, and is refused when none is in Azure", async () => {
    const { world, context, plan } = await inAzure();
    await world.run(await failBackRecoveryPlan(context, plan, DURING));
    await expect(failBackRecoveryPlan(context, plan, DURING)).rejects.toMatchObject({
      code: "RecoveryPlanOperationNotAllowed",
    });
  });
});
