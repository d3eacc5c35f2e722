import { afterEach, describe, expect, it } from "vitest";
import type { ArmErrorBody } from "@/lib/contract/arm-error";
import { DrillResource, DrillRunResource } from "@/lib/contract/drills";
import { listOf } from "@/lib/contract/portal";
import { CoverageResource, ReadinessResource, TrendsResource } from "@/lib/contract/readiness";
import { ReplicationJobResource } from "@/lib/contract/replication-jobs";
import type { JobRunner } from "@/lib/jobs/job-runner";
import type { OperationContext } from "@/lib/operations/context";
import { saveRecoveryPlan } from "@/lib/operations/recovery-plans/edit-recovery-plan";
import { RecoveryWorld, SCOPE } from "@/lib/testing/recovery-world";
import { sampleFailoverRecord } from "@/lib/testing/sample-entities";
import { createArmRouter } from "../router";

const ORIGIN = "http://127.0.0.1:3000";
const GROUP = `/subscriptions/${SCOPE.subscriptionId}/resourceGroups/contoso/providers`;
const VAULT = `${GROUP}/Microsoft.RecoveryServices/vaults/contoso-vault`;
const OWN = `${VAULT}/providers/Secondsite.Recovery`;
const PLAN = `${VAULT}/replicationRecoveryPlans/shop`;
const NETWORK = `${GROUP}/Microsoft.Network/virtualNetworks/test`;

let runner: JobRunner<OperationContext> | null = null;
afterEach(() => runner?.stop());

async function portal() {
  const world = new RecoveryWorld();
  const { context, runner: own } = world.process();
  runner = own;
  await world.furnish({ SQL: 100 });
  await world.protect(context, "SQL");
  const fabric = await world.repositories.fabrics.get("fabric-1");
  if (!fabric) throw new Error("no site");
  const groups = [{ type: "Boot" as const, protectedItemIds: ["item-SQL"], startActions: [], endActions: [] }];
  await saveRecoveryPlan(context, world.vault, { name: "shop", fabric, groups });
  const bugs: unknown[] = [];
  const handle = createArmRouter(context, { onBug: (error) => bugs.push(error) });
  const send = async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
    const url = path.startsWith("http")
      ? path
      : `${ORIGIN}${path}${path.includes("?") ? "&" : "?"}api-version=2026-11-01`;
    const init = body === undefined ? { method, headers } : { method, headers, body: JSON.stringify(body) };
    const response = await handle(new Request(url, init));
    const text = await response.text();
    expect(bugs).toEqual([]);
    return {
      status: response.status,
      headers: response.headers,
      body: text === "" ? null : (JSON.parse(text) as unknown),
    };
  };
  const refused = async (...request: Parameters<typeof send>) => {
    const { status, body } = await send(...request);
    const { error } = body as ArmErrorBody;
    return { status, code: error.code, target: error.target };
  };
  return { world, send, refused };
}

const nightly = {
  ...{ recoveryPlanId: PLAN, trigger: { kind: "Schedule", cron: "0 2 * * 6" }, timeZone: "Europe/Berlin" },
  ...{ windows: [{ days: ["Saturday"], from: "01:00", until: "05:00" }], whenMissed: "RunLate", graceMinutes: 120 },
  ...{ networkId: NETWORK, recoveryPointType: "LatestProcessed", useMultiVmSyncPoint: false },
  ...{ cleanUp: { kind: "AfterMinutes", minutes: 1 }, enabled: true, keepRuns: 20 },
};

describe("drills over the API", () => {
  it("are made, read as they were made, paused, and deleted", async () => {
    const { send, refused } = await portal();
    const made = await send("PUT", `${OWN}/drills/weekly`, { properties: nightly });
    expect(made.status).toBe(200);
    const { id, properties } = DrillResource.parse(made.body);
    expect(id).toBe(`${OWN}/drills/weekly`);
    expect(properties).toMatchObject({
      ...nightly,
      recoveryPlanId: expect.stringMatching(/replicationRecoveryPlans\/shop$/),
    });
    expect(properties.scheduleText).toBe("At 02:00, only on Saturday (Europe/Berlin)");
    expect(properties.nextStarts).toHaveLength(5);
    expect(properties.nextStarts[0]).toEqual({ at: "2026-01-10T01:00:00.000Z", skipped: false, inWindow: true });
    // What was read can be sent back.
    expect((await send("PUT", `${OWN}/drills/weekly`, { properties })).status).toBe(200);
    expect(
      await refused("PUT", `${OWN}/drills/Weekly`, { properties: nightly }, { "if-none-match": "*" }),
    ).toMatchObject({
      ...{ status: 409, code: "NameTaken" },
    });
    const skipped = DrillRunResource.parse((await send("POST", `${OWN}/drills/weekly/skipNext`)).body);
    expect(skipped.properties).toMatchObject({ state: "Skipped", dueAt: "2026-01-10T01:00:00.000Z", job: null });
    const list = listOf(DrillResource).parse((await send("GET", `${OWN}/drills`)).body);
    expect(list.value[0]?.properties.nextStarts[0]?.skipped).toBe(true);
    const paused = await send("PATCH", `${OWN}/drills/weekly`, { properties: { enabled: false } });
    expect(DrillResource.parse(paused.body).properties).toMatchObject({ enabled: false, nextStarts: [] });
    const follows = { ...nightly, trigger: { kind: "AfterDrill", drillName: "weekly", when: "Ended" } };
    const after = DrillResource.parse((await send("PUT", `${OWN}/drills/after`, { properties: follows })).body);
    expect(after.properties.scheduleText).toBe("When weekly has ended");
    expect(await refused("DELETE", `${OWN}/drills/weekly`)).toMatchObject({ status: 409, code: "DrillHasFollowers" });
    expect((await send("DELETE", `${OWN}/drills/after`)).status).toBe(204);
    expect((await send("DELETE", `${OWN}/drills/weekly`)).status).toBe(204);
    expect((await send("GET", `${OWN}/drills/weekly`)).status).toBe(404);
  });

  it("are refused with the property that is wrong", async () => {
    const { refused } = await portal();
    const put = (changes: object) => refused("PUT", `${OWN}/drills/weekly`, { properties: { ...nightly, ...changes } });
    expect(await put({ trigger: { kind: "Schedule", cron: "99 * * * *" } })).toMatchObject({
      ...{ status: 400, code: "InvalidDrill", target: "properties.trigger.cron" },
    });
    expect(await put({ recoveryPlanId: "nowhere" })).toMatchObject({
      target: "properties.recoveryPlanId",
      status: 404,
    });
    expect(await put({ networkId: "production" })).toMatchObject({ code: "DrillNetworkNotIsolated" });
    const self = { kind: "AfterDrill", drillName: "none", when: "Ended" };
    expect(await put({ trigger: self })).toMatchObject({ code: "InvalidDrill", target: "properties.trigger.drill" });
    expect((await put({ windows: "always" })).status).toBe(400);
    expect(await refused("PUT", `${OWN}/drills/we_kly`, { properties: nightly })).toMatchObject({
      code: "InvalidResourceName",
    });
  });

  it("run as a job that can be followed, and show in their history what became of it", async () => {
    const { send, refused } = await portal();
    await send("PUT", `${OWN}/drills/weekly`, { properties: nightly });
    const begun = await send("POST", `${OWN}/drills/weekly/run`);
    expect(begun.status).toBe(202);
    expect(await refused("POST", `${OWN}/drills/weekly/run`)).toMatchObject({ status: 409, code: "DrillBusy" });
    const open = DrillResource.parse((await send("GET", `${OWN}/drills/weekly`)).body).properties.openRun;
    expect(open).toMatchObject({ state: "Running", startedBy: "Person" });
    runner?.start();
    const status = begun.headers.get("azure-asyncoperation") ?? "";
    const read = async () => ReplicationJobResource.parse((await send("GET", status)).body);
    let job = await read();
    while (["NotStarted", "InProgress"].includes(job.status)) {
      await new Promise((resolve) => setTimeout(resolve, 2));
      job = await read();
    }
    expect([job.status, job.properties.scenarioName]).toEqual(["Succeeded", "Drill"]);
    const result = await send("GET", begun.headers.get("location") ?? "");
    expect(DrillResource.parse(result.body).properties.lastRun).toMatchObject({ state: "Succeeded", job: job.name });
    const runs = listOf(DrillRunResource).parse((await send("GET", `${OWN}/drills/weekly/runs`)).body);
    expect(runs.value).toHaveLength(1);
    expect(runs.value[0]?.properties.testJob).not.toBeNull();
  });
});

describe("readiness, coverage and trends over the API", () => {
  it("answer what the operations find", async () => {
    const { send, world } = await portal();
    const readiness = ReadinessResource.parse((await send("GET", `${OWN}/readiness`)).body);
    expect(readiness.properties.parts).toHaveLength(15);
    expect(readiness.properties.parts.find((part) => part.id === "vaultUnlocked")?.state).toBe("Met");
    const coverage = CoverageResource.parse((await send("GET", `${OWN}/coverage?months=3`)).body);
    expect(coverage.properties).toMatchObject({ months: 3, machineCount: 1, testedCount: 0, testedPercent: 0 });
    expect(coverage.properties.untested[0]).toMatchObject({ name: "SQL", plans: ["shop"], way: { kind: "TestPlan" } });
    const record = sampleFailoverRecord({ declaredAt: "2026-01-01T00:00:00.000Z", drillId: "drill-1" });
    await world.repositories.failoverRecords.put(record);
    const trends = TrendsResource.parse((await send("GET", `${OWN}/trends?subject=order-system`)).body);
    expect(trends.properties.points).toMatchObject([{ isDrill: true, rpoSeconds: 12, rpoTargetSeconds: 60 }]);
    const none = TrendsResource.parse((await send("GET", `${OWN}/trends?subject=other&months=12`)).body);
    expect(none.properties.points).toEqual([]);
  });

  it("refuse a period that there is not", async () => {
    const { refused } = await portal();
    expect(await refused("GET", `${OWN}/coverage?months=7`)).toMatchObject({ status: 400, code: "InvalidMonths" });
    expect(await refused("GET", `${OWN}/trends?months=all`)).toMatchObject({ status: 400, target: "months" });
  });
});
