import { describe, expect, it } from "vitest";
import type { RecoveryPlanAction } from "@/lib/domain/entities";
import { RecoveryWorld, SCOPE } from "@/lib/testing/recovery-world";
import { sampleAccount, sampleRunbook } from "@/lib/testing/sample-automation";
import { Severable } from "@/lib/testing/severable";
import { saveRecoveryPlan } from "./edit-recovery-plan";
import { runRecoveryPlan, type PlanRequest } from "./run-recovery-plan";
import { validateRecoveryPlan } from "./validate-recovery-plan";

const action = (name: string, runbookName = "switch-dns"): RecoveryPlanAction => ({
  name,
  failoverTypes: ["TestFailover"],
  failoverDirections: ["PrimaryToRecovery"],
  details: {
    kind: "AutomationRunbookActionDetails",
    accountName: "contoso-automation",
    runbookName,
    fabricLocation: "Recovery",
    timeoutSeconds: 60,
  },
});
const REQUEST: PlanRequest = {
  kind: "TestFailover",
  point: { type: "Latest" },
  testNetworkName: null,
  shutDownSource: false,
};

/** Nothing of automation is planted here but the processes themselves. */
async function shop(actions: readonly RecoveryPlanAction[], text: string | null = "echo switched") {
  const world = new RecoveryWorld();
  const context = await world.furnish({ SQL: 100 });
  await world.protect(context, "SQL");
  await world.repositories.automationAccounts.insert(sampleAccount(SCOPE));
  await world.repositories.runbooks.insert(sampleRunbook({ draft: "echo draft" }));
  const version = { runbookId: "runbook-1", number: 1, publishedAt: "1", sha256: "aa" };
  if (text !== null) await world.repositories.runbooks.publish(1, { ...version, text });
  world.runbooks.behaviour = () => ({ output: "switched\n" });
  const fabric = await world.repositories.fabrics.get("fabric-1");
  if (!fabric) throw new Error("no site");
  const groups = [{ type: "Boot" as const, protectedItemIds: ["item-SQL"], startActions: actions, endActions: [] }];
  return { world, context, plan: await saveRecoveryPlan(context, world.vault, { name: "shop", fabric, groups }) };
}

describe("a recovery plan with the runbooks of an automation account", () => {
  it("runs the published version, keeps its output, and gives each action its own key", async () => {
    const { world, context, plan } = await shop([action("one"), action("two")]);
    const job = await world.run(await runRecoveryPlan(context, world.vault, plan, REQUEST));
    expect([job.state, job.errors]).toEqual(["Succeeded", []]);
    expect(world.runbooks.started).toHaveLength(2);
    const [one, two] = (await world.store.steps(job.id)).filter((step) => step.name === "AutomationRunbookAction");
    expect(one?.details).toMatchObject({ version: 1, exitCode: 0, outputTail: "switched\n" });
    expect(one?.details["idempotencyKey"]).not.toBe(two?.details["idempotencyKey"]);
  });

  it("starts each of them once, wherever the server is killed", async () => {
    const actions = [action("one"), action("two")];
    const counting = new Severable();
    const calm = await shop(actions);
    const first = await runRecoveryPlan(calm.context, calm.world.vault, calm.plan, REQUEST);
    const process = calm.world.process(counting);
    process.runner.start();
    await process.context.jobs.waitForEnd(first.id);
    await process.runner.stop();
    for (let killAt = 1; killAt <= counting.calls; killAt += 7) {
      const { world, context, plan } = await shop(actions);
      const job = await runRecoveryPlan(context, world.vault, plan, REQUEST);
      const severable = new Severable(killAt);
      const doomed = world.process(severable);
      doomed.runner.start();
      await Promise.race([severable.killed, doomed.context.jobs.waitForEnd(job.id)]);
      severable.kill();
      const ended = await world.run(job);
      const started = world.runbooks.started.length;
      expect({ killAt, state: ended.state, errors: ended.errors, started }).toEqual({
        killAt,
        state: "Succeeded",
        errors: [],
        started: 2,
      });
    }
  });

  it("is refused with a runbook or account that is not there, and validated as blocked by one that is not published", async () => {
    await expect(shop([action("one", "nowhere")])).rejects.toMatchObject({ code: "RecoveryPlanUnknownRunbook" });
    const { world, context, plan } = await shop([action("one")], null);
    const view = await validateRecoveryPlan(context, world.vault, plan, REQUEST);
    expect(view.actions[0]?.findings.map(({ code }) => code)).toEqual(["RunbookNotPublished"]);
  });
});
