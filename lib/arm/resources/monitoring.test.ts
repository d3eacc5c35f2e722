import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { EventResource, VaultHealthResource } from "@/lib/contract/monitoring";
import { ArmWorld } from "@/lib/testing/arm-world";
import { sampleItem, samplePolicy, sampleProvider, sampleVault, SCOPE } from "@/lib/testing/sample-entities";

const VAULT_ID = `/Subscriptions/${SCOPE.subscriptionId}/resourceGroups/contoso/providers/Microsoft.RecoveryServices/vaults/Contoso-Vault`;
const POLICY = { properties: { providerSpecificInput: { instanceType: "HyperVReplicaAzure" } } };
const event = (id: string, minute: number, severity: "Critical" | "OK") => ({
  ...{ id, vaultId: "vault-1", at: `2026-11-22T08:0${minute}:00.000Z`, type: "VmHealth" as const, severity },
  ...{ description: `event ${id}`, affectedObject: "sql-01", jobId: null },
});

let world: ArmWorld;
beforeEach(async () => {
  world = new ArmWorld();
  await world.furnish();
});
afterEach(() => world.stop());

describe("events", () => {
  it("tell of every job that ended, in the service's words", async () => {
    const job = await world.run("PUT", "replicationPolicies/hourly", POLICY);
    const list = (await world.get("replicationEvents")) as { value: EventResource[] };
    const [found] = list.value;
    expect(EventResource.parse(found)).toEqual(found);
    expect(list.value).toHaveLength(1);
    expect(found).toMatchObject({
      id: `${VAULT_ID}/replicationEvents/${found?.name}`,
      properties: {
        description: "AddProtectionProfile - Succeeded",
        eventType: "JobStatus",
        severity: "OK",
        affectedObjectFriendlyName: "hourly",
        eventSpecificDetails: {
          instanceType: "JobStatus",
          jobId: `${VAULT_ID}/replicationJobs/${job.name}`,
          jobFriendlyName: "Create replication policy",
          jobStatus: "Succeeded",
        },
      },
    });
    expect(await world.get(`replicationEvents/${found?.name}`)).toEqual(found);
  });

  it("come newest first, by severity when that is asked for, and by pages", async () => {
    await world.repositories.events.insert(event("a", 1, "OK"));
    await world.repositories.events.insert(event("b", 3, "Critical"));
    await world.repositories.events.insert(event("c", 2, "Critical"));
    const names = async (query: string) =>
      ((await world.get(`replicationEvents${query}`)) as { value: EventResource[] }).value.map(({ name }) => name);
    expect(await names("")).toEqual(["b", "c", "a"]);
    expect(await names("?$filter=Severity%20eq%20'critical'")).toEqual(["b", "c"]);
    expect(await names("?$take=1&$skipToken=1")).toEqual(["c"]);
  });

  it("of another vault are not found", async () => {
    await world.repositories.vaults.insert(sampleVault({ id: "vault-2", name: "Other" }));
    await world.repositories.events.insert({ ...event("x", 1, "OK"), vaultId: "vault-2" });
    expect(await world.failure("GET", "replicationEvents/x")).toMatchObject({ status: 404 });
    expect(await world.get("replicationEvents")).toEqual({ value: [], nextLink: null });
  });
});

describe("the health of a vault", () => {
  it("is green only where hosts are heard and replication goes well", async () => {
    await world.repositories.providers.insert(sampleProvider());
    world.connected.add("provider-1");
    await world.repositories.policies.insert(samplePolicy());
    await world.repositories.protectedItems.insert(sampleItem());
    const healthy = await world.get("replicationVaultHealth");
    expect(VaultHealthResource.parse(healthy)).toEqual(healthy);
    expect(healthy).toMatchObject({
      id: `${VAULT_ID}/replicationVaultHealth/Default`,
      name: "Default",
      properties: {
        vaultErrors: [],
        protectedItemsHealth: { resourceCount: 1, issues: [] },
        fabricsHealth: { resourceCount: 1, issues: [] },
        containersHealth: { resourceCount: 1, issues: [] },
      },
    });
  });

  it("turns red for a host that falls silent and for a machine that stops replicating, also on refresh", async () => {
    await world.repositories.providers.insert(sampleProvider());
    const replicationError = { code: "StorageFull", message: "full", possibleCauses: "c", recommendedAction: "r" };
    await world.repositories.policies.insert(samplePolicy());
    await world.repositories.protectedItems.insert(sampleItem({ replicationError }));
    const response = await world.request("POST", "replicationVaultHealth/default/refresh");
    expect(response.status).toBe(200);
    const health = VaultHealthResource.parse(response.body).properties;
    expect(health.protectedItemsHealth.issues).toHaveLength(1);
    expect(health.fabricsHealth.issues).toHaveLength(1);
    expect(JSON.stringify(health.fabricsHealth.issues)).toContain("branch-host");
  });
});
