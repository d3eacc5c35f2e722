import { describe, expect, it } from "vitest";
import { clockTime } from "@/lib/domain/clock-time";
import type { RecoveryPlanAction } from "@/lib/domain/entities";
import type { Job } from "@/lib/jobs/job";
import { RecoveryWorld } from "@/lib/testing/recovery-world";
import { alertOverdueActions } from "./alert-overdue-actions";
import { saveRecoveryPlan } from "./edit-recovery-plan";
import { completeAction, evidenceFileName, keepEvidence } from "./manual-actions";
import { runRecoveryPlan } from "./run-recovery-plan";

const manual = (name: string): RecoveryPlanAction => ({
  name,
  failoverTypes: ["TestFailover"],
  failoverDirections: ["PrimaryToRecovery"],
  details: { kind: "ManualActionDetails", description: `Do ${name}.`, timeoutMinutes: 15 },
});

/** A test run that waits at the first of two manual actions. */
async function waiting(world = new RecoveryWorld()) {
  const context = await world.furnish({ SQL: 100 });
  await world.protect(context, "SQL");
  const fabric = await world.repositories.fabrics.get("fabric-1");
  if (!fabric) throw new Error("no site");
  const startActions = [manual("one"), manual("two")];
  const groups = [{ type: "Boot" as const, protectedItemIds: ["item-SQL"], startActions, endActions: [] }];
  const plan = await saveRecoveryPlan(context, world.vault, { name: "shop", fabric, groups });
  const job = await runRecoveryPlan(context, world.vault, plan, {
    kind: "TestFailover",
    point: { type: "Latest" },
    testNetworkName: null,
    shutDownSource: false,
  });
  await untilHalt(world, job);
  const steps = await world.store.steps(job.id);
  const [first, second] = steps.filter((step) => step.name === "ManualAction").map((step) => step.index);
  if (first === undefined || second === undefined) throw new Error("no manual actions");
  return { world, context, plan, job, first, second };
}

async function untilHalt(world: RecoveryWorld, job: Job): Promise<void> {
  const { context, runner } = world.process();
  runner.start();
  for (;;) {
    const state = (await context.jobs.get(job.id))?.state ?? "";
    if (["Suspended", "Succeeded", "Failed", "Cancelled"].includes(state)) break;
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await runner.stop();
}

const by = (completedBy: string | null, stepIndex: number) => ({
  stepIndex,
  comments: "Done.",
  completedBy,
  evidence: [],
});

describe("a manual action", () => {
  it("keeps who completed it, when, what they said and the files that they attached", async () => {
    const { world, context, job, first, second } = await waiting();
    const picture = new TextEncoder().encode("a picture of the load balancer");
    const { sha256, sizeBytes } = await keepEvidence(context, world.vault, picture, 1000);
    const evidence = [{ sha256, fileName: "balancer.png" }];
    await completeAction(context, world.vault, job, { ...by("Ann", first), evidence });
    await untilHalt(world, job);
    const at = world.clock.now().toISOString();
    expect((await world.store.steps(job.id))[first]?.details).toMatchObject({
      completedBy: "Ann",
      completedAt: at,
      observation: "Done.",
      evidence: [{ fileName: "balancer.png", sha256, sizeBytes }],
    });
    expect(await evidenceFileName(context, job, sha256)).toBe("balancer.png");
    expect(await evidenceFileName(context, job, "0".repeat(64))).toBeNull();
    await completeAction(context, world.vault, job, by(null, second));
    expect((await world.run(job)).state).toBe("Succeeded");
    expect((await world.store.steps(job.id))[second]?.details).toMatchObject({ completedBy: "local user" });
  });

  it("is completed by exactly one of two people at once; the other hears who and when", async () => {
    const { world, context, job, first } = await waiting();
    const both = await Promise.allSettled([
      completeAction(context, world.vault, job, by("Ann", first)),
      completeAction(world.process().context, world.vault, job, by("Bob", first)),
    ]);
    expect(both.map((one) => one.status).sort()).toEqual(["fulfilled", "rejected"]);
    const winner = both[0]?.status === "fulfilled" ? "Ann" : "Bob";
    const lost = both.find((one) => one.status === "rejected") as PromiseRejectedResult;
    const at = world.clock.now().toISOString();
    expect(lost.reason).toMatchObject({
      kind: "conflict",
      code: "ManualActionCompleted",
      message: `${winner} completed the action 'one' at ${clockTime(at)}.`,
    });
  });

  it("is not completed a second time when the run already waits at the next one", async () => {
    const { world, context, job, first, second } = await waiting();
    await completeAction(context, world.vault, job, by("Ann", first));
    await untilHalt(world, job);
    await expect(completeAction(context, world.vault, job, by("Bob", first))).rejects.toMatchObject({
      code: "ManualActionCompleted",
      message: expect.stringMatching(/^Ann completed/) as string,
    });
    expect((await world.store.steps(job.id))[second]?.state).toBe("Suspended");
    await expect(completeAction(context, world.vault, job, by("Bob", 0))).rejects.toMatchObject({
      code: "ManualActionNotFound",
    });
  });

  it("needs a comment and files that are there, of a size that may be", async () => {
    const { world, context, job, first } = await waiting();
    const empty = { ...by("Ann", first), comments: "  " };
    await expect(completeAction(context, world.vault, job, empty)).rejects.toMatchObject({ code: "CommentsRequired" });
    const evidence = [{ sha256: "0".repeat(64), fileName: "nothing" }];
    await expect(completeAction(context, world.vault, job, { ...by("Ann", first), evidence })).rejects.toMatchObject({
      code: "EvidenceFileNotFound",
    });
    const keep = (length: number) => keepEvidence(context, world.vault, new Uint8Array(length), 10);
    await expect(keep(11)).rejects.toMatchObject({ code: "EvidenceFileTooLarge" });
    await expect(keep(0)).rejects.toMatchObject({ code: "EvidenceFileEmpty" });
  });

  it("is told of once when it waits too long, also by the next server and when the clock steps back", async () => {
    const { world, context, job, first, second } = await waiting();
    const events = () => world.repositories.events.list("vault-1", { take: 100 });
    const before = (await events()).length;
    expect(await alertOverdueActions(context)).toBe(0);
    world.clock.advance(15 * 60_000);
    expect(await alertOverdueActions(context)).toBe(1);
    expect(await alertOverdueActions(world.process().context)).toBe(0);
    world.clock.advance(-10 * 60_000);
    expect(await alertOverdueActions(context)).toBe(0);
    world.clock.advance(20 * 60_000);
    expect(await alertOverdueActions(context)).toBe(0);
    const said = (await events()).filter((event) => event.severity === "Warning");
    expect(said).toHaveLength(1);
    expect(said[0]).toMatchObject({ jobId: job.id, affectedObject: "shop" });
    expect(said[0]?.description).toMatch(/^Manual action overdue - 'one' waits since/);
    expect((await events()).length).toBe(before + 1);
    await completeAction(context, world.vault, job, by("Ann", first));
    await untilHalt(world, job);
    expect(await alertOverdueActions(context)).toBe(0);
    world.clock.advance(16 * 60_000);
    expect(await alertOverdueActions(context)).toBe(1);
    expect((await world.store.steps(job.id))[second]?.state).toBe("Suspended");
  });
});
