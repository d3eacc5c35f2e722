import { createHash } from "node:crypto";
import { afterEach, describe, expect, it, vi } from "vitest";
import { EvidenceFile, EVIDENCE_FILE_BYTES_MAX } from "@/lib/contract/plan-actions";
import { AppliedPlanDocument, PlanDocumentResource, PlanSettings } from "@/lib/contract/plan-document";
import { PlanValidation } from "@/lib/contract/plan-validation";
import { RecoveryPlanResource } from "@/lib/contract/recovery-plans";
import { ReplicationJobResource } from "@/lib/contract/replication-jobs";
import type { JobRunner } from "@/lib/jobs/job-runner";
import type { OperationContext } from "@/lib/operations/context";
import { RecoveryWorld, SCOPE } from "@/lib/testing/recovery-world";
import { createArmRouter } from "./router";

vi.mock("@/lib/operations/automation/describe-runbook", async (original) => ({
  ...(await original<object>()),
  runbookProblem: async () => null,
  webhookProblem: async () => null,
}));
vi.mock("@/lib/operations/automation/run-runbook", async (original) => ({
  ...(await original<object>()),
  runRunbook: async () => ({ runbook: "dns", version: 3, exitCode: 0, outputTail: "moved 2 records" }),
}));

const ORIGIN = "https://127.0.0.1:3443";
const GROUP = `/subscriptions/${SCOPE.subscriptionId}/resourceGroups/contoso/providers`;
const VAULT = `${GROUP}/Microsoft.RecoveryServices/vaults/contoso-vault`;
const ITEMS = `${VAULT}/replicationFabrics/branch/replicationProtectionContainers/cloud_f00d/replicationProtectedItems`;
const PLAN = `${VAULT}/replicationRecoveryPlans/shop`;
const OWN = "2026-11-01";

let runner: JobRunner<OperationContext> | null = null;
afterEach(() => runner?.stop());

async function portal() {
  const world = new RecoveryWorld();
  await world.furnish({ SQL: 100, WEB: 50 });
  for (const name of ["SQL", "WEB"]) await world.protect(world.process().context, name);
  const process = world.process();
  runner = process.runner;
  runner.start();
  const handle = createArmRouter(process.context, {
    onBug: (error) => {
      throw error;
    },
  });
  const raw = (method: string, path: string, body?: unknown, version = "2023-06-01") =>
    handle(
      new Request(`${ORIGIN}${path}?api-version=${version}`, {
        method,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        headers: { "content-type": "application/json" },
      }),
    );
  const send = async (method: string, path: string, body?: unknown, version?: string) => {
    const response = await raw(method, path, body, version);
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: text === "" ? null : (JSON.parse(text) as never),
    };
  };
  const until = async (path: string, states: readonly string[]) => {
    for (;;) {
      const job = ReplicationJobResource.parse((await send("GET", path)).body);
      if (states.includes(job.status)) return job;
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  };
  return { world, raw, send, until };
}

const manual = {
  actionName: "Switch the load balancer",
  failoverTypes: ["TestFailover"],
  failoverDirections: ["PrimaryToRecovery"],
  customDetails: { instanceType: "ManualActionDetails", description: "Point it at the replica.", timeoutMinutes: 5 },
};
const runbook = {
  ...manual,
  actionName: "Move the names",
  customDetails: {
    instanceType: "AutomationRunbookActionDetails",
    runbookId: `${GROUP}/Microsoft.Automation/automationAccounts/ops/runbooks/dns`,
    timeout: "PT1M",
    fabricLocation: "Recovery",
  },
};
const group = (name: string, startGroupActions: readonly object[] = []) => ({
  groupType: "Boot",
  replicationProtectedItems: [{ id: `${ITEMS}/${name}` }],
  startGroupActions,
});
const body = (...groups: readonly object[]) => ({
  properties: {
    primaryFabricId: `${VAULT}/replicationFabrics/branch`,
    recoveryFabricId: "Microsoft Azure",
    failoverDeploymentModel: "ResourceManager",
    groups,
  },
});
const test = { networkType: "NoNetworkAttachAsInput", failoverDirection: "PrimaryToRecovery" };

describe("recovery plans in ARM's shape", () => {
  it("run their actions, wait for a person who completes with evidence, and show the copy that was run", async () => {
    const { send, raw, until } = await portal();
    const made = RecoveryPlanResource.parse(
      (await send("PUT", PLAN, body(group("SQL", [runbook]), group("WEB", [manual])))).body,
    );
    expect([made.properties.tested, made.properties.notAllowed["Commit"]?.message]).toEqual([
      null,
      "Commit is not possible for SQL now: there is no failover to commit.",
    ]);
    const begun = await send("POST", `${PLAN}/testFailover`, { properties: test });
    expect(begun.status).toBe(202);
    const address = new URL(begun.headers.get("azure-asyncoperation") ?? "").pathname;
    const halted = await until(address, ["Suspended"]);
    expect(halted.properties.customDetails).toMatchObject({
      planRun: { planHash: made.properties.planHash, recoveryPointType: "Latest", customPoints: 0 },
    });
    const tasks = halted.properties.tasks.flatMap((task) => task.groupTaskCustomDetails?.childTasks ?? [task]);
    expect(tasks.find((task) => task.friendlyName === "Move the names")?.customDetails).toMatchObject({
      instanceType: "AutomationRunbookTaskDetails",
      runbookId: runbook.customDetails.runbookId,
      jobOutput: "moved 2 records",
      details: { version: 3, exitCode: 0 },
    });
    const task = tasks.find((one) => one.friendlyName === "Switch the load balancer");
    expect(task?.customDetails).toMatchObject({ details: { overdueAt: expect.stringMatching(/Z$/) as string } });
    const bytes = Buffer.alloc(2 * 1024 * 1024, 7);
    const properties = { fileName: "balancer.png", contentBase64: bytes.toString("base64") };
    const files = `${address}/providers/Secondsite.Recovery/evidenceFiles`;
    const kept = EvidenceFile.parse((await send("POST", files, { properties }, OWN)).body);
    expect(kept.name).toBe(createHash("sha256").update(bytes).digest("hex"));
    const complete = `${address}/providers/Secondsite.Recovery/completeAction`;
    const completion = { taskId: task?.taskId, comments: "Switched.", completedBy: "Ann" };
    const evidence = [{ sha256: kept.name, fileName: "balancer.png" }];
    const done = await send("POST", complete, { properties: { ...completion, evidence } }, OWN);
    expect(done.status).toBe(200);
    const late = await send("POST", complete, { properties: { ...completion, completedBy: "Bob" } }, OWN);
    expect([late.status, late.body]).toMatchObject([
      409,
      {
        error: { code: "ManualActionCompleted", message: expect.stringMatching(/^Ann completed the action/) as string },
      },
    ]);
    await until(address, ["Succeeded"]);
    const file = await raw("GET", `${files}/${kept.name}`, undefined, OWN);
    expect(file.headers.get("content-disposition")).toContain("balancer.png");
    expect(Buffer.from(await file.arrayBuffer()).equals(bytes)).toBe(true);
    const tested = RecoveryPlanResource.parse((await send("GET", PLAN)).body).properties;
    expect(tested.tested).toMatchObject({ planHash: made.properties.planHash, isCurrent: true });
    await send("PATCH", PLAN, { properties: { groups: [group("SQL"), group("WEB")] } });
    const edited = RecoveryPlanResource.parse((await send("GET", PLAN)).body).properties;
    expect([edited.tested?.isCurrent, edited.planHash === made.properties.planHash]).toEqual([false, false]);
  });

  it("refuse a file that is too large before taking it in", async () => {
    const { send } = await portal();
    await send("PUT", PLAN, body(group("SQL", [manual])));
    const begun = await send("POST", `${PLAN}/testFailover`, { properties: test });
    const address = new URL(begun.headers.get("azure-asyncoperation") ?? "").pathname;
    const contentBase64 = Buffer.alloc(EVIDENCE_FILE_BYTES_MAX + 8192).toString("base64");
    const files = `${address}/providers/Secondsite.Recovery/evidenceFiles`;
    const answer = await send("POST", files, { properties: { fileName: "film.mp4", contentBase64 } }, OWN);
    expect([answer.status, answer.body]).toMatchObject([413, { error: { code: "RequestEntityTooLarge" } }]);
  });

  it("take a point for single machines, in a run and in its validation", async () => {
    const { send, until, world } = await portal();
    await send("PUT", PLAN, body(group("SQL"), group("WEB")));
    const [older] = await world.repositories.recoveryPoints.list("item-SQL");
    await world.site.replicate("item-SQL", false);
    const recoveryPoints = [
      { replicationProtectedItemId: `${ITEMS}/SQL`, recoveryPointId: `${ITEMS}/SQL/recoveryPoints/${older?.id}` },
    ];
    const validate = `${PLAN}/providers/Secondsite.Recovery/validate`;
    const asked = { properties: { failoverType: "UnplannedFailover", recoveryPoints } };
    const view = PlanValidation.parse((await send("POST", validate, asked, OWN)).body).properties;
    expect([view.ready, view.machines[0]?.recoveryPoint?.id]).toEqual([true, older?.id]);
    const providerSpecificDetails = [{ instanceType: "HyperVReplicaAzure", recoveryPoints }];
    const begun = await send("POST", `${PLAN}/unplannedFailover`, { properties: { providerSpecificDetails } });
    await until(new URL(begun.headers.get("azure-asyncoperation") ?? "").pathname, ["Succeeded"]);
    expect((await world.item("SQL")).failoverRecoveryPointId).toBe(older?.id);
    const planned = await send("POST", `${PLAN}/plannedFailover`, { properties: { providerSpecificDetails } });
    expect(planned.body).toMatchObject({ error: { code: "RecoveryPlanPointNotPlanned" } });
    const twice = [{ instanceType: "HyperVReplicaAzure", recoveryPoints: [...recoveryPoints, ...recoveryPoints] }];
    const refused = await send("POST", `${PLAN}/testFailover`, {
      properties: { ...test, providerSpecificDetails: twice },
    });
    expect([refused.status, refused.body]).toMatchObject([400, { error: { code: "RecoveryPlanPointTwice" } }]);
  });

  it("change the points of all machines that wait for a commit, and end their protection for good", async () => {
    const { send, until, world } = await portal();
    await send("PUT", PLAN, body(group("SQL"), group("WEB")));
    const own = `${PLAN}/providers/Secondsite.Recovery`;
    const ended = async (begun: Awaited<ReturnType<typeof send>>) => {
      expect(begun.status).toBe(202);
      return until(new URL(begun.headers.get("azure-asyncoperation") ?? "").pathname, ["Succeeded"]);
    };
    const [older] = await world.repositories.recoveryPoints.list("item-SQL");
    await world.site.replicate("item-SQL", false);
    await ended(await send("POST", `${PLAN}/unplannedFailover`, { properties: {} }));
    const recoveryPoints = [{ replicationProtectedItemId: `${ITEMS}/SQL`, recoveryPointId: older?.id }];
    const job = await ended(await send("POST", `${own}/applyRecoveryPoint`, { properties: { recoveryPoints } }, OWN));
    expect(job).toMatchObject({ properties: { scenarioName: "ChangePit", friendlyName: "Change recovery point" } });
    expect((await world.item("SQL")).failoverRecoveryPointId).toBe(older?.id);
    const wrong = { properties: { recoveryPointType: "Latest" } };
    expect((await send("POST", `${own}/applyRecoveryPoint`, wrong, OWN)).status).toBe(400);
    await ended(await send("POST", `${own}/completeMigration`, undefined, OWN));
    expect((await send("GET", PLAN)).status).toBe(404);
    expect((await send("GET", `${ITEMS}/SQL`)).status).toBe(404);
    expect(world.region.running().sort()).toEqual(["SQL", "WEB"]);
  });

  it("are exported, applied, compared and cloned", async () => {
    const { send } = await portal();
    await send("PUT", PLAN, body(group("SQL", [runbook]), group("WEB", [manual])));
    const own = `${PLAN}/providers/Secondsite.Recovery`;
    const { properties } = PlanDocumentResource.parse((await send("GET", `${own}/document`, undefined, OWN)).body);
    const apply = async (yaml: string, dryRun?: boolean) => {
      const path = `${VAULT}/providers/Secondsite.Recovery/applyPlanDocument`;
      return send("POST", path, { properties: { yaml, dryRun } }, OWN);
    };
    const same = AppliedPlanDocument.parse((await apply(properties.yaml)).body).properties;
    expect([same.changed, same.planHash]).toEqual([false, properties.planHash]);
    const slower = properties.yaml.replace("timeoutSeconds: 60", "timeoutSeconds: 90");
    const dry = AppliedPlanDocument.parse((await apply(slower, true)).body).properties;
    expect(dry.differences.filter((line) => /^[+-]/.test(line)).map((line) => line.slice(1).trim())).toEqual([
      "timeoutSeconds: 60",
      "timeoutSeconds: 90",
    ]);
    expect((await apply("version: 2")).status).toBe(400);
    const copy = await send("POST", `${own}/clone`, { properties: { name: "shop-2" } }, OWN);
    expect(RecoveryPlanResource.parse(copy.body).properties.planHash).toBe(properties.planHash);
    expect((await send("POST", `${own}/clone`, { properties: { name: "shop-2" } }, OWN)).status).toBe(409);
  });

  it("may have more groups where the vault's settings allow it, and never fewer than a plan has", async () => {
    const { send } = await portal();
    const settings = `${VAULT}/providers/Secondsite.Recovery/recoveryPlanSettings/default`;
    expect(PlanSettings.parse((await send("GET", settings, undefined, OWN)).body).properties.planGroupsMax).toBe(7);
    const set = (planGroupsMax: number) => send("PUT", settings, { properties: { planGroupsMax } }, OWN);
    expect((await set(1)).status).toBe(200);
    expect((await send("PUT", PLAN, body(group("SQL"), group("WEB")))).body).toMatchObject({
      error: { code: "RecoveryPlanTooManyGroups" },
    });
    expect((await set(50)).status).toBe(200);
    expect((await send("PUT", PLAN, body(group("SQL"), group("WEB")))).status).toBe(200);
    expect((await set(1)).body).toMatchObject({ error: { code: "PlanGroupsMaxTooLow" } });
    expect((await set(51)).status).toBe(400);
  });
});
