import { describe, expect, it } from "vitest";
import { staleKeys } from "./live-events";
import { vaultResourceId } from "./paths";

const vaultId = vaultResourceId("Contoso");
const job = {
  type: "job",
  vaultId,
  jobId: "j1",
  friendlyName: "Test failover",
  targetName: "web01",
  progress: null,
  stepName: null,
  errorMessage: null,
} as const;

describe("what a live event makes old", () => {
  it("is only the list of jobs while a job runs, and everything of its vault when it has ended", () => {
    expect(staleKeys({ ...job, state: "InProgress" })).toEqual([["vault", "contoso", "jobs"]]);
    expect(staleKeys({ ...job, state: "Succeeded" })).toContainEqual(["vault", "contoso"]);
    expect(staleKeys({ ...job, state: "Suspended" })).toContainEqual(["vault", "contoso"]);
  });

  it("is the figures of one machine when its replication has moved", () => {
    const event = { type: "replication", vaultId, protectedItem: "Web01", progress: {} } as const;
    expect(staleKeys(event)).toEqual([["vault", "contoso", "replication", "web01"]]);
  });

  it("is the list outside the vaults and the vaults' tutorials when a resource of the region has changed", () => {
    const event = { type: "resource", vaultId: null, kind: "storageAccounts", name: "a1" } as const;
    expect(staleKeys(event)).toEqual([["storageAccounts"], ["vault"]]);
  });

  it("is every vault when the event does not say which", () => {
    const event = { type: "resource", vaultId: "not an id", kind: "replicationFabrics", name: "branch" } as const;
    expect(staleKeys(event)).toEqual([["vault"]]);
  });
});
