import { beforeEach, describe, expect, it, vi } from "vitest";
import type { RecoveryPlanAction, RecoveryPlanGroup } from "@/lib/domain/entities";
import type { Job } from "@/lib/jobs/job";
import { Fault } from "@/lib/kernel/fault";
import { RecoveryWorld } from "@/lib/testing/recovery-world";
import { Severable } from "@/lib/testing/severable";
import { saveRecoveryPlan } from "./edit-recovery-plan";
import type { WebhookRequest } from "../automation/call-webhook";
import type { RunbookRequest } from "../automation/run-runbook";
import { cleanUpRecoveryPlan } from "./finish-recovery-plan";
import { runRecoveryPlan, type PlanRequest } from "./run-recovery-plan";

/** The planted twin of what runs runbooks: like the real one, it does not run a key twice that it has a result of. */
const runbooks = vi.hoisted(() => ({
  ran: [] as string[],
  contexts: new Map<string, unknown>(),
  done: new Set<string>(),
  keys: [] as string[],
  failures: new Map<string, number>(),
  problems: new Map<string, string>(),
  aborted: [] as string[],
  hang: new Set<string>(),
}));
const plantedRun = vi.hoisted(
  () => async (signal: AbortSignal, name: string, request: { context: unknown; idempotencyKey: string }) => {
    runbooks.keys.push(`${name} ${request.idempotencyKey}`);
    runbooks.contexts.set(name, request.context);
    if (runbooks.hang.has(name)) {
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
      runbooks.aborted.push(name);
      signal.throwIfAborted();
    }
    const left = runbooks.failures.get(name) ?? 0;
    if (left > 0) {
      runbooks.failures.set(name, left - 1);
      throw new Fault({ code: "RunbookFailed", message: name, possibleCauses: "", recommendedAction: "" });
    }
    if (!runbooks.done.has(request.idempotencyKey)) runbooks.ran.push(name);
    runbooks.done.add(request.idempotencyKey);
    return { exitCode: 0 };
  },
);
vi.mock("../automation/run-runbook", async (original) => ({
  ...(await original<object>()),
  runRunbook: (step: { signal: AbortSignal }, request: RunbookRequest) =>
    plantedRun(step.signal, request.runbookName, request),
}));
vi.mock("../automation/call-webhook", async (original) => ({
  ...(await original<object>()),
  callWebhook: (step: { signal: AbortSignal }, request: WebhookRequest) =>
    plantedRun(step.signal, request.url, request),
}));
vi.mock("../automation/describe-runbook", async (original) => ({
  ...(await original<object>()),
  runbookProblem: async (_: unknown, __: unknown, account: string, name: string) => {
    const code = runbooks.problems.get(`${account}/${name}`);
    return code ? { code, message: `No ${name}.`, possibleCauses: "", recommendedAction: "Publish it." } : null;
  },
  webhookProblem: async () => null,
}));
beforeEach(() => {
  for (const one of Object.values(runbooks)) {
    if (Array.isArray(one)) one.splice(0);
    else one.clear();
  }
});

const EVERYWHERE = ["TestFailover", "PlannedFailover", "UnplannedFailover"];
const runbook = (name: string, changes: Partial<RecoveryPlanAction> = {}): RecoveryPlanAction => ({
  name,
  failoverTypes: EVERYWHERE,
  failoverDirections: ["PrimaryToRecovery"],
  details: {
    kind: "AutomationRunbookActionDetails",
    accountName: "ops",
    runbookName: name,
    fabricLocation: "Recovery",
    timeoutSeconds: 60,
  },
  ...changes,
});
const boot = (
  name: string,
  before: RecoveryPlanAction[] = [],
  after: RecoveryPlanAction[] = [],
): RecoveryPlanGroup => ({
  type: "Boot",
  protectedItemIds: [`item-${name}`],
  startActions: before,
  endActions: after,
});

async function shop(groups: readonly RecoveryPlanGroup[], world = new RecoveryWorld()) {
  const context = await world.furnish({ SQL: 100, WEB: 300 });
  for (const name of ["SQL", "WEB"]) await world.protect(context, name);
  const fabric = await world.repositories.fabrics.get("fabric-1");
  if (!fabric) throw new Error("no site");
  return { world, context, plan: await saveRecoveryPlan(context, world.vault, { name: "shop", fabric, groups }) };
}
const request = (kind: PlanRequest["kind"]): PlanRequest => ({
  kind,
  point: { type: kind === "UnplannedFailover" ? "LatestProcessed" : "Latest" },
  testNetworkName: null,
  shutDownSource: kind === "PlannedFailover",
});
const statesOf = async (world: RecoveryWorld, job: Job) =>
  Object.fromEntries((await world.store.steps(job.id)).map((step) => [step.friendlyName, step.state]));

describe("actions of a recovery plan", () => {
  it("run in their places, with the context that the service documents", async () => {
    const webhook: RecoveryPlanAction = {
      ...runbook("hook"),
      details: { kind: "WebhookActionDetails", url: "https://hooks.contoso.com/x", secret: null, timeoutSeconds: 5 },
    };
    const shutdown = { ...boot("SQL"), type: "Shutdown" as const, protectedItemIds: [], endActions: [runbook("down")] };
    const { world, context, plan } = await shop([shutdown, boot("SQL", [runbook("pre")], [webhook]), boot("WEB")]);
    const job = await world.run(await runRecoveryPlan(context, world.vault, plan, request("PlannedFailover")));
    expect(job.errors).toEqual([]);
    expect(runbooks.ran).toEqual(["down", "pre", "https://hooks.contoso.com/x"]);
    expect(runbooks.contexts.get("down")).toEqual({
      RecoveryPlanName: "shop",
      FailoverType: "Planned",
      FailoverDirection: "PrimaryToSecondary",
      GroupId: "Shutdown",
      VmMap: { SQL: {}, WEB: {} },
    });
    expect(runbooks.contexts.get("pre")).toMatchObject({ GroupId: "1", VmMap: { SQL: {} } });
    const point = (await world.repositories.recoveryPoints.list("item-SQL")).at(-1);
    expect(runbooks.contexts.get("https://hooks.contoso.com/x")).toMatchObject({
      GroupId: "1",
      VmMap: {
        SQL: {
          SubscriptionId: world.vault.subscriptionId,
          ResourceGroupName: "contoso",
          RoleName: "SQL",
          RecoveryPointId: point?.at,
        },
      },
    });
    expect(job.input).toMatchObject({ planName: "shop", planHash: expect.stringMatching(/^[0-9a-f]{64}$/) });
  });

  it("have a key each that stays the same over attempts, and do not run again when they had succeeded", async () => {
    const { world, context, plan } = await shop([boot("SQL", [runbook("one")], [runbook("two")]), boot("WEB")]);
    runbooks.failures.set("two", 1);
    const failed = await world.run(await runRecoveryPlan(context, world.vault, plan, request("PlannedFailover")));
    expect([failed.state, failed.errors[0]?.code]).toEqual(["Failed", "RunbookFailed"]);
    expect([(await world.item("SQL")).state, (await world.item("WEB")).state]).toEqual([
      "PlannedFailoverCommitRequired",
      "Protected",
    ]);
    expect(world.site.machine("WEB").power).toBe("running");
    const ended = await world.run(await context.jobs.restart(failed.id));
    expect([ended.state, runbooks.ran]).toEqual(["Succeeded", ["one", "two"]]);
    const [one, twoFailed, twoAgain] = runbooks.keys;
    expect(runbooks.keys).toHaveLength(3);
    expect(twoFailed).toBe(twoAgain);
    expect(one?.split(" ")[1]).not.toBe(twoAgain?.split(" ")[1]);
  });

  it("stop a planned run and not an unplanned one, unless they say otherwise", async () => {
    const groups = [boot("SQL", [runbook("bad", { onFailure: "Continue" })]), boot("WEB")];
    runbooks.failures.set("bad", 1);
    const planned = await shop(groups);
    const job = await planned.world.run(
      await runRecoveryPlan(planned.context, planned.world.vault, planned.plan, request("PlannedFailover")),
    );
    expect([job.state, job.stateDescription]).toEqual(["Failed", "PartiallySucceeded"]);
    expect(planned.world.region.running()).toEqual(["SQL", "WEB"]);
    const unplanned = await shop([boot("SQL", [runbook("bad", { onFailure: "Stop" })]), boot("WEB")]);
    runbooks.failures.set("bad", 1);
    const stopped = await unplanned.world.run(
      await runRecoveryPlan(unplanned.context, unplanned.world.vault, unplanned.plan, request("UnplannedFailover")),
    );
    expect([stopped.stateDescription, unplanned.world.region.running()]).toEqual(["Failed", []]);
    const going = await shop([boot("SQL", [runbook("bad")]), boot("WEB")]);
    runbooks.failures.set("bad", 1);
    await going.world.run(
      await runRecoveryPlan(going.context, going.world.vault, going.plan, request("UnplannedFailover")),
    );
    expect(going.world.region.running()).toEqual(["SQL", "WEB"]);
  });

  it("run after the cleanup of a test, once it is proven", async () => {
    const after = runbook("tidy", { failoverTypes: ["TestFailoverCleanup"] });
    const { world, context, plan } = await shop([boot("SQL", [], [after]), boot("WEB")]);
    await world.run(await runRecoveryPlan(context, world.vault, plan, request("TestFailover")));
    expect(runbooks.ran).toEqual([]);
    const job = await world.run(await cleanUpRecoveryPlan(context, plan, "Fine."));
    expect([job.state, runbooks.ran, world.region.machines.size]).toEqual(["Succeeded", ["tidy"], 0]);
    expect(runbooks.contexts.get("tidy")).toMatchObject({ FailoverType: "Test", GroupId: "1", VmMap: { SQL: {} } });
  });

  it("do not run after a cleanup that left something, until a restart has brought it to its end", async () => {
    const after = runbook("tidy", { failoverTypes: ["TestFailoverCleanup"] });
    const { world, context, plan } = await shop([boot("SQL", [], [after]), boot("WEB")]);
    await world.run(await runRecoveryPlan(context, world.vault, plan, request("TestFailover")));
    const remove = vi
      .spyOn(world.region, "remove")
      .mockRejectedValueOnce(
        new Fault({ code: "RegionDown", message: "down", possibleCauses: "", recommendedAction: "" }),
      );
    const failed = await world.run(await cleanUpRecoveryPlan(context, plan, "Fine."));
    remove.mockRestore();
    expect([failed.state, runbooks.ran]).toEqual(["Failed", []]);
    expect(failed.errors.map((error) => error.code)).toContain("CleanupNotProven");
    expect((await world.run(await context.jobs.restart(failed.id))).state).toBe("Succeeded");
    expect(runbooks.ran).toEqual(["tidy"]);
  });

  it("are asked to end when the run is cancelled", async () => {
    const { world, context, plan } = await shop([boot("SQL", [], [runbook("endless")]), boot("WEB")]);
    runbooks.hang.add("endless");
    const job = await runRecoveryPlan(context, world.vault, plan, request("TestFailover"));
    const { context: own, runner } = world.process();
    runner.start();
    while (runbooks.keys.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    await own.jobs.cancel(job.id);
    expect((await own.jobs.waitForEnd(job.id)).state).toBe("Cancelled");
    await runner.stop();
    expect([runbooks.aborted, world.region.machines.size]).toEqual([["endless"], 0]);
    expect(await statesOf(world, job)).toMatchObject({ endless: "Cancelled", "Start WEB": "NotStarted" });
  });

  it("skip the primary side when an unplanned run does nothing there", async () => {
    const primary = runbook("drain", {
      details: { ...runbook("drain").details, fabricLocation: "Primary" } as RecoveryPlanAction["details"],
    });
    const shutdown = { ...boot("SQL"), type: "Shutdown" as const, protectedItemIds: [], startActions: [primary] };
    const { world, context, plan } = await shop([shutdown, boot("SQL"), boot("WEB")]);
    const job = await world.run(await runRecoveryPlan(context, world.vault, plan, request("UnplannedFailover")));
    expect([job.state, (await statesOf(world, job))["drain"], runbooks.ran]).toEqual(["Succeeded", "Skipped", []]);
  });

  it("run once each, wherever the server is killed", async () => {
    const groups = [boot("SQL", [runbook("a"), runbook("b")], [runbook("c")]), boot("WEB", [], [runbook("d")])];
    const counting = new Severable();
    const calm = await shop(groups);
    const first = await runRecoveryPlan(calm.context, calm.world.vault, calm.plan, request("TestFailover"));
    const process = calm.world.process(counting);
    process.runner.start();
    await process.context.jobs.waitForEnd(first.id);
    await process.runner.stop();
    for (let killAt = 1; killAt <= counting.calls; killAt += 17) {
      runbooks.ran.splice(0);
      runbooks.done.clear();
      const { world, context, plan } = await shop(groups);
      const job = await runRecoveryPlan(context, world.vault, plan, request("TestFailover"));
      const severable = new Severable(killAt);
      const doomed = world.process(severable);
      doomed.runner.start();
      await Promise.race([severable.killed, doomed.context.jobs.waitForEnd(job.id)]);
      severable.kill();
      const ended = await world.run(job);
      expect({ killAt, state: ended.state, ran: runbooks.ran }).toEqual({
        killAt,
        state: "Succeeded",
        ran: ["a", "b", "c", "d"],
      });
    }
  });

  it("are refused when a plan names a runbook that does not exist, by name, and taken when it is only not published", async () => {
    runbooks.problems.set("ops/nowhere", "RunbookNotFound");
    await expect(shop([boot("SQL", [runbook("nowhere")])])).rejects.toMatchObject({
      code: "RecoveryPlanUnknownRunbook",
      message: expect.stringContaining("ops/nowhere"),
    });
    runbooks.problems.set("ops/draft", "RunbookNotPublished");
    await shop([boot("SQL", [runbook("draft")])]);
  });
});
