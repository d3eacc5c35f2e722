import { describe, expect, it } from "vitest";
import {
  ApplyRecoveryPointBody,
  PlannedFailoverBody,
  ReprotectBody,
  TestFailoverBody,
  UnplannedFailoverBody,
} from "@/lib/contract/protected-items";
import type { ReplicationProvider } from "@/lib/domain/replication-provider";
import { failoverRequests, type RequestTarget, type VerbRequest } from "./failover-requests";

const item = (instanceType: ReplicationProvider): RequestTarget => ({
  id: "/S/items/sql",
  properties: { providerSpecificDetails: { instanceType } },
});
const details = ({ body }: VerbRequest) =>
  (body as { properties: { providerSpecificDetails: unknown } }).properties.providerSpecificDetails;
const point = { recoveryPointId: "/S/items/sql/recoveryPoints/1", startInstantly: false };

describe("the requests of a protected item", () => {
  it.each(["HyperVReplicaAzure", "InMageAzureV2"] as const)("are in the words of its provider: %s", (instanceType) => {
    const sql = item(instanceType);
    expect(details(failoverRequests.test(sql, { networkId: null, recoveryPointId: "p1" }))).toEqual({
      instanceType,
      recoveryPointId: "p1",
    });
    const latest = { ...point, recoveryPointId: null, shutDownSource: true };
    expect(details(failoverRequests.unplanned(sql, latest))).toEqual({ instanceType });
    expect(details(failoverRequests.planned(sql, { startInstantly: true }))).toEqual({ instanceType });
    expect(details(failoverRequests.changeRecoveryPoint(sql, point))).toEqual({ instanceType });
    expect(details(failoverRequests.reverseReplicate(sql))).toEqual({ instanceType });
  });

  it("bring machines of both kinds back by the same type", () => {
    const choice = { dataSync: "ForDownTime", createMachine: true, providerId: null } as const;
    const [hyperV, vmware] = (["HyperVReplicaAzure", "InMageAzureV2"] as const).map((one) =>
      failoverRequests.failback(item(one), choice),
    );
    expect(vmware).toEqual(hyperV);
    expect(vmware && details(vmware)).toMatchObject({ instanceType: "HyperVReplicaAzureFailback" });
  });

  it("are taken by the service's schemas, and lose nothing there", () => {
    const sql = item("InMageAzureV2");
    const unplanned = failoverRequests.unplanned(sql, { ...point, shutDownSource: true }).body;
    expect(UnplannedFailoverBody.parse(unplanned)).toEqual(unplanned);
    const test = failoverRequests.test(sql, { networkId: "/net", recoveryPointId: null }).body;
    expect(TestFailoverBody.parse(test)).toEqual(test);
    const planned = failoverRequests.planned(sql, { startInstantly: true }).body;
    expect(PlannedFailoverBody.parse(planned)).toEqual(planned);
    const change = failoverRequests.changeRecoveryPoint(sql, point).body;
    expect(ApplyRecoveryPointBody.parse(change)).toEqual(change);
    const back = failoverRequests.reverseReplicate(sql).body;
    expect(ReprotectBody.parse(back)).toEqual(back);
  });
});
