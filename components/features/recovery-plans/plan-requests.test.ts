import { describe, expect, it } from "vitest";
import { PlanValidationBody } from "@/lib/contract/plan-validation";
import {
  PlanChangePointBody,
  PlanPlannedFailoverBody,
  PlanTestFailoverBody,
  PlanUnplannedFailoverBody,
} from "@/lib/contract/recovery-plans";
import { LATEST_POINT, planRequests, validationBody, type PlanPoint, type RunTarget } from "./plan-requests";

const custom: PlanPoint = { type: "Custom", custom: [{ replicationProtectedItemId: "/i/sql", recoveryPointId: "p1" }] };
const details = (body: unknown) =>
  (body as { properties: { providerSpecificDetails: unknown[] } }).properties.providerSpecificDetails[0];

const planOf = (...replicationProviders: string[]): RunTarget => ({ name: "p", properties: { replicationProviders } });
const plan = planOf("HyperVReplicaAzure");

describe("the requests of a plan", () => {
  it("are taken by the service's schemas, and lose nothing there", () => {
    const test = planRequests.test("v", plan, null, custom).body;
    expect(PlanTestFailoverBody.parse(test)).toEqual(test);
    const unplanned = planRequests.unplanned("v", plan, {
      shutDownSource: true,
      startInstantly: false,
      point: custom,
    }).body;
    expect(PlanUnplannedFailoverBody.parse(unplanned)).toEqual(unplanned);
    const back = planRequests.failback("v", "p", { dataSync: "ForDownTime", createMachine: true }).body;
    expect(PlanPlannedFailoverBody.parse(back)).toEqual(back);
    const change = planRequests.changePoint("v", "p", custom).body;
    expect(PlanChangePointBody.parse(change)).toEqual(change);
  });

  it("send single points beside the type that the other machines follow", () => {
    expect(details(planRequests.test("v", plan, "/net", custom).body)).toEqual({
      instanceType: "HyperVReplicaAzure",
      recoveryPointType: "LatestProcessed",
      recoveryPoints: custom.custom,
    });
    expect(details(planRequests.test("v", plan, "/net", { type: "LatestMultiVmConsistent", custom: [] }).body)).toEqual(
      {
        instanceType: "HyperVReplicaAzure",
        recoveryPointType: "LatestProcessed",
        multiVmSyncPointOption: "UseMultiVmSyncRecoveryPoint",
      },
    );
  });

  it("are in the words of the plan's provider", () => {
    const vmware = planOf("InMageAzureV2");
    const unplanned = { shutDownSource: true, startInstantly: false, point: LATEST_POINT };
    const requests = [
      planRequests.test("v", vmware, null, LATEST_POINT),
      planRequests.planned("v", vmware, { startInstantly: false }),
      planRequests.unplanned("v", vmware, unplanned),
    ];
    for (const { body } of requests) expect(details(body)).toMatchObject({ instanceType: "InMageAzureV2" });
    const { body } = planRequests.unplanned("v", vmware, unplanned);
    expect(PlanUnplannedFailoverBody.parse(body)).toEqual(body);
    // As a plan without machines may say.
    expect(details(planRequests.test("v", planOf(), null, LATEST_POINT).body)).toMatchObject({
      instanceType: "HyperVReplicaAzure",
    });
  });

  it("ask by validation for exactly what the run would be asked for", () => {
    const choice = { networkId: "/net", point: LATEST_POINT, shutDownSource: true } as const;
    const ask = (failoverType: "TestFailover" | "PlannedFailover" | "UnplannedFailover", isBack = false) =>
      PlanValidationBody.parse(
        validationBody({ ...choice, failoverType, direction: isBack ? "RecoveryToPrimary" : "PrimaryToRecovery" }),
      ).properties;
    expect(Object.keys(ask("TestFailover")).sort()).toEqual([
      "failoverDirection",
      "failoverType",
      "networkId",
      "networkType",
      "recoveryPointType",
    ]);
    expect(ask("UnplannedFailover").sourceSiteOperations).toBe("Required");
    expect(Object.keys(ask("PlannedFailover", true)).sort()).toEqual(["failoverDirection", "failoverType"]);
  });
});
