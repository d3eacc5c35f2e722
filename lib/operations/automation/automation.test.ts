import { createHmac } from "node:crypto";
import { beforeEach, describe, expect, it } from "vitest";
import type { JobDefinition, StepContext } from "@/lib/jobs/job-definition";
import type { Job } from "@/lib/jobs/job";
import { Fault } from "@/lib/kernel/fault";
import { RecoveryWorld, SCOPE } from "@/lib/testing/recovery-world";
import { sampleAccount, sampleRunbook, sampleVariable } from "@/lib/testing/sample-automation";
import type { OperationContext } from "../context";
import { callWebhook, type WebhookOutcome } from "./call-webhook";
import { runbookProblem, webhookProblem } from "./describe-runbook";
import type { RecoveryPlanContext } from "./recovery-plan-context";
import { runRunbook, type RunbookOutcome } from "./run-runbook";

type Step = StepContext<OperationContext>;

const CONTEXT: RecoveryPlanContext = {
  RecoveryPlanName: "crm",
  FailoverType: "Planned",
  FailoverDirection: "PrimaryToSecondary",
  GroupId: "1",
  VmMap: {},
};
const TEXT = "# @variable ApiToken\necho switched";

/** A world with a job of one step, which is what a recovery plan's action is made of. */
class AutomationWorld extends RecoveryWorld {
  outcome: RunbookOutcome | WebhookOutcome | null = null;
  step: (step: Step) => Promise<RunbookOutcome | WebhookOutcome> = (step) => this.runRunbook(step);
  private readonly actionJob: JobDefinition<OperationContext> = {
    scenarioName: "Action",
    friendlyName: "Action",
    steps: () => [
      {
        name: "Action",
        friendlyName: "Action",
        taskType: "Action",
        run: async (step) => {
          this.outcome = await this.step(step);
          return "done";
        },
      },
    ],
  };

  constructor() {
    super();
    (this.definitions as JobDefinition<OperationContext>[]).push(this.actionJob);
  }

  runRunbook = (step: Step, key = "action-1") =>
    runRunbook(step, {
      ...{ vault: this.vault, accountName: "contoso-automation", runbookName: "switch-dns", context: CONTEXT },
      ...{ idempotencyKey: key, timeoutSeconds: 60 },
    });

  callWebhook = (step: Step, secret: { accountName: string; variableName: string } | null = null) =>
    callWebhook(step, {
      ...{ vault: this.vault, url: "https://example.com/hook", secret, context: CONTEXT },
      ...{ idempotencyKey: "action-1", timeoutSeconds: 60 },
    });

  async prepare(): Promise<void> {
    const context = await this.furnish({});
    await this.repositories.automationAccounts.insert(sampleAccount(SCOPE));
    await this.repositories.runbooks.insert(sampleRunbook({ draft: TEXT }));
    await this.repositories.runbooks.publish(1, {
      ...{ runbookId: "runbook-1", number: 1, text: TEXT, publishedAt: "1", sha256: "aa" },
    });
    const value = context.sealedValues.seal(JSON.stringify("s3cr3t"), "variable-1");
    await this.repositories.automationVariables.insert(sampleVariable({ isEncrypted: true, value }));
  }

  async enqueue(): Promise<Job> {
    const { context } = this.process();
    const target = { id: "plan-1", name: "crm", type: "RecoveryPlan" };
    return context.jobs.enqueue({ scenarioName: "Action", vaultId: null, input: {}, target });
  }

  error = (job: Job) => job.errors[0]?.code;
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let left = 400; left > 0; left -= 1) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error("it never happened");
}

describe("a runbook as a step of a job", () => {
  let world: AutomationWorld;
  beforeEach(async () => {
    world = new AutomationWorld();
    await world.prepare();
  });

  it("is run with the context, its key and the variables that it asks for, and tells what it came to", async () => {
    world.runbooks.behaviour = () => ({ output: "switched\n" });
    const job = await world.run(await world.enqueue());
    expect(job.state).toBe("Succeeded");
    expect(world.outcome).toMatchObject({ runbook: "Switch-DNS", version: 1, exitCode: 0, outputTail: "switched\n" });
    const [start] = world.runbooks.started;
    expect(start?.text).toBe(TEXT);
    expect(start?.context).toEqual({ ...CONTEXT, IdempotencyKey: "action-1" });
    expect(start?.environment).toEqual({
      SECONDSITE_VARIABLE_APITOKEN: "s3cr3t",
      SECONDSITE_IDEMPOTENCY_KEY: "action-1",
      SECONDSITE_RUNBOOK: "Switch-DNS",
    });
    expect(start?.secrets).toEqual(["s3cr3t"]);
    const [step] = await world.process().context.jobs.steps(job.id);
    expect(step?.details).toMatchObject({ output: "switched\n", version: 1 });
    expect(JSON.stringify([job, step])).not.toContain("s3cr3t");
  });

  it("shows what it prints while it runs", async () => {
    world.runbooks.behaviour = () => "hangs";
    const { context, runner } = world.process();
    const queued = await world.enqueue();
    runner.start();
    await until(() => world.runbooks.runs.size === 1);
    const [run] = [...world.runbooks.runs.entries()];
    if (!run) throw new Error("no run");
    run[1].output = "half way\n";
    await until(async () => (await context.jobs.steps(queued.id))[0]?.details["output"] === "half way\n");
    expect((await context.jobs.get(queued.id))?.state).toBe("InProgress");
    world.runbooks.finish(run[0], {});
    expect((await context.jobs.waitForEnd(queued.id)).state).toBe("Succeeded");
    await runner.stop();
  });

  it("is not run again when the server is killed while it runs: the next one waits for it", async () => {
    world.runbooks.behaviour = () => "hangs";
    const queued = await world.enqueue();
    const first = world.process();
    first.runner.start();
    await until(() => world.runbooks.runs.size === 1);
    await first.runner.stop();
    expect((await first.context.jobs.get(queued.id))?.state).toBe("InProgress");
    const next = world.process();
    next.runner.start();
    const [runId = ""] = [...world.runbooks.runs.keys()];
    await until(async () => (await world.repositories.runbookRuns.get(runId))?.state === "Running");
    world.runbooks.finish(runId, { output: "done\n" });
    expect((await next.context.jobs.waitForEnd(queued.id)).state).toBe("Succeeded");
    await next.runner.stop();
    expect(world.runbooks.started).toHaveLength(1);
  });

  it("whose end nobody knows is for a person to decide: a restart runs it with the same key", async () => {
    world.runbooks.behaviour = () => "hangs";
    const queued = await world.enqueue();
    const { context, runner } = world.process();
    runner.start();
    await until(() => world.runbooks.runs.size === 1);
    world.runbooks.die([...world.runbooks.runs.keys()][0] ?? "");
    const failed = await context.jobs.waitForEnd(queued.id);
    expect(world.error(failed)).toBe("RunbookInterrupted");
    world.runbooks.behaviour = () => ({});
    await context.jobs.restart(queued.id);
    expect((await context.jobs.waitForEnd(queued.id)).state).toBe("Succeeded");
    await runner.stop();
    expect(world.runbooks.started).toHaveLength(2);
    const keys = world.runbooks.started.map((start) => start.environment["SECONDSITE_IDEMPOTENCY_KEY"]);
    expect(keys).toEqual(["action-1", "action-1"]);
  });

  it("that failed is run again by a restart, and one that succeeded is not", async () => {
    world.runbooks.behaviour = () => ({ exitCode: 1 });
    const queued = await world.enqueue();
    const failed = await world.run(queued);
    expect(world.error(failed)).toBe("RunbookFailed");
    world.runbooks.behaviour = () => ({});
    await world.process().context.jobs.restart(queued.id);
    // After the runbook, and before the step's end is written, the world fails once more.
    let failures = 1;
    world.step = async (step) => {
      const outcome = await world.runRunbook(step);
      if (failures-- > 0) throw new Fault({ code: "Other", message: "m", possibleCauses: "c", recommendedAction: "a" });
      return outcome;
    };
    expect(world.error(await world.run(queued))).toBe("Other");
    await world.process().context.jobs.restart(queued.id);
    expect((await world.run(queued)).state).toBe("Succeeded");
    expect(world.runbooks.started).toHaveLength(2);
  });

  it("is ended when its job is cancelled", async () => {
    world.runbooks.behaviour = () => "hangs";
    const queued = await world.enqueue();
    const { context, runner } = world.process();
    runner.start();
    await until(() => world.runbooks.runs.size === 1);
    await context.jobs.cancel(queued.id);
    expect((await context.jobs.waitForEnd(queued.id)).state).toBe("Cancelled");
    await runner.stop();
    expect(await world.repositories.runbookRuns.listByKey("action-1")).toMatchObject([{ state: "Stopped" }]);
  });

  it.each([
    ["timeout", "RunbookTimedOut"],
    ["output", "RunbookOutputTooLarge"],
    ["memory", "RunbookLimitReached"],
    ["processes", "RunbookLimitReached"],
    ["cancelled", "RunbookStopped"],
    ["notStarted", "RunbookFailed"],
  ] as const)("that ends by %s fails with %s", async (reason, code) => {
    world.runbooks.behaviour = () => ({ reason, exitCode: null });
    expect(world.error(await world.run(await world.enqueue()))).toBe(code);
  });

  it("that is unknown, unpublished or without interpreter is told by validation and refused by the run", async () => {
    const { context } = world.process();
    const problem = (account = "contoso-automation", runbook = "switch-dns") =>
      runbookProblem(context, world.vault, account, runbook).then((found) => found?.code ?? null);
    expect(await problem()).toBeNull();
    expect(await problem("other-account")).toBe("AutomationAccountNotFound");
    expect(await problem("contoso-automation", "other")).toBe("RunbookNotFound");
    await world.repositories.automationVariables.delete("variable-1");
    expect(await problem()).toBe("VariableNotFound");
    expect(world.error(await world.run(await world.enqueue()))).toBe("VariableNotFound");
    world.runbooks.missing.add("Shell");
    await world.repositories.automationVariables.insert(sampleVariable());
    expect(await problem()).toBe("RunbookInterpreterMissing");
    world.runRunbook = (step) =>
      runRunbook(step, {
        ...{ vault: world.vault, accountName: "contoso-automation", runbookName: "switch-dns", context: CONTEXT },
        ...{ idempotencyKey: "action-2", timeoutSeconds: 60 },
      });
    world.step = world.runRunbook;
    expect(world.error(await world.run(await world.enqueue()))).toBe("RunbookInterpreterMissing");
    await world.repositories.runbooks.insert(sampleRunbook({ id: "runbook-2", name: "new" }));
    expect(await problem("contoso-automation", "new")).toBe("RunbookNotPublished");
    expect(world.runbooks.started).toHaveLength(0);
  });
});

describe("a webhook as a step of a job", () => {
  let world: AutomationWorld;
  const secret = { accountName: "contoso-automation", variableName: "apitoken" };
  beforeEach(async () => {
    world = new AutomationWorld();
    await world.prepare();
    world.step = (step) => world.callWebhook(step, secret);
  });

  it("is called once, signed with the variable, and told by its key", async () => {
    expect((await world.run(await world.enqueue())).state).toBe("Succeeded");
    const [call, ...others] = world.webhooks.sent;
    expect(others).toEqual([]);
    expect(JSON.parse(call?.body ?? "")).toEqual({
      ...{ context: CONTEXT, idempotencyKey: "action-1", at: expect.any(String) },
    });
    const signature = createHmac("sha256", "s3cr3t")
      .update(call?.body ?? "")
      .digest("hex");
    expect(call?.headers).toMatchObject({
      ...{ "Idempotency-Key": "action-1", "X-Secondsite-Signature": `sha256=${signature}` },
    });
    expect(world.outcome).toMatchObject({ status: 200, responseTail: "ok" });
  });

  it("is called again after a 5xx or a lost connection, and not after a refusal or a redirect", async () => {
    const lost = new Fault(
      { code: "WebhookNotReachable", message: "m", possibleCauses: "c", recommendedAction: "a" },
      { retryable: true },
    );
    world.webhooks.answers = [{ status: 503, text: "later" }, lost, { status: 202, text: "taken" }];
    expect((await world.run(await world.enqueue())).state).toBe("Succeeded");
    expect(world.webhooks.sent).toHaveLength(3);
    for (const status of [401, 302]) {
      world.webhooks.sent.length = 0;
      world.webhooks.answers = [{ status, text: "no" }];
      expect(world.error(await world.run(await world.enqueue()))).toBe("WebhookFailed");
      expect(world.webhooks.sent).toHaveLength(1);
    }
  });

  it("that keeps failing fails at its time", async () => {
    world.webhooks.answers = [{ status: 500, text: "broken" }];
    const job = await world.run(await world.enqueue());
    expect(world.error(job)).toBe("WebhookTimedOut");
    expect(job.errors[0]?.message).toContain("500");
    expect(world.webhooks.sent.length).toBeGreaterThan(2);
  });

  it("with a bad address, or a secret that is missing or readable, is told by validation", async () => {
    const { context } = world.process();
    const problem = (url: string, variable: string | null = null) =>
      webhookProblem(
        context,
        world.vault,
        url,
        variable === null ? null : { accountName: "contoso-automation", variableName: variable },
      ).then((found) => found?.code ?? null);
    expect(await problem("https://example.com/hook", "ApiToken")).toBeNull();
    for (const bad of ["example.com", "ftp://example.com", "https://user:pw@example.com"]) {
      expect(await problem(bad)).toBe("InvalidWebhookAddress");
    }
    expect(await problem("https://example.com", "none")).toBe("VariableNotFound");
    await world.repositories.automationVariables.insert(sampleVariable({ id: "2", name: "Plain" }));
    expect(await problem("https://example.com", "Plain")).toBe("WebhookSecretNotEncrypted");
    world.step = (step) => world.callWebhook(step, { accountName: "contoso-automation", variableName: "Plain" });
    expect(world.error(await world.run(await world.enqueue()))).toBe("WebhookSecretNotEncrypted");
    expect(world.webhooks.sent).toEqual([]);
  });
});
