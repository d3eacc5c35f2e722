import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ContainerMappingResource } from "@/lib/contract/policies";
import { ArmWorld } from "@/lib/testing/arm-world";
import { sampleItem, sampleMapping, samplePolicy, SCOPE } from "@/lib/testing/sample-entities";

const VAULT_ID = `/Subscriptions/${SCOPE.subscriptionId}/resourceGroups/contoso/providers/Microsoft.RecoveryServices/vaults/Contoso-Vault`;
const CONTAINER =
  "replicationFabrics/Contoso-Branch/replicationProtectionContainers/cloud_11111111-2222-4333-8444-555555555555";
const MAPPINGS = `${CONTAINER}/replicationProtectionContainerMappings`;
const MAPPING = `${MAPPINGS}/branch-group`;
const create = (changes: object = {}) => ({
  properties: {
    targetProtectionContainerId: "Microsoft Azure",
    policyId: `${VAULT_ID}/replicationPolicies/every-30-seconds`,
    providerSpecificInput: {},
    ...changes,
  },
});
const refused = (body: unknown) => world.failure("PUT", MAPPING, body);

let world: ArmWorld;
beforeEach(async () => {
  world = new ArmWorld();
  await world.furnish();
  await world.repositories.policies.insert(samplePolicy());
});
afterEach(() => world.stop());

describe("protection groups", () => {
  it("pair a container with Azure under a policy, also when the input names no type", async () => {
    const job = await world.run("PUT", MAPPING, create());
    expect(job).toMatchObject({
      status: "Succeeded",
      properties: { scenarioName: "AssociateProtectionProfile", targetInstanceType: "ProtectionContainer" },
    });
    const expected = {
      id: `${VAULT_ID}/${MAPPING}`,
      name: "branch-group",
      type: "Microsoft.RecoveryServices/vaults/replicationFabrics/replicationProtectionContainers/replicationProtectionContainerMappings",
      properties: {
        targetProtectionContainerId: "Microsoft Azure",
        targetProtectionContainerFriendlyName: "Microsoft Azure",
        providerSpecificDetails: null,
        health: "Normal",
        healthErrorDetails: [],
        policyId: `${VAULT_ID}/replicationPolicies/every-30-seconds`,
        policyFriendlyName: "every-30-seconds",
        state: "Paired",
        sourceProtectionContainerFriendlyName: "Contoso-Branch",
        sourceFabricFriendlyName: "Contoso-Branch",
        targetFabricFriendlyName: "Microsoft Azure",
      },
    };
    const mapping = await world.get(MAPPING.toUpperCase().replace("CLOUD_", "cloud_"));
    expect(ContainerMappingResource.parse(mapping)).toEqual(mapping);
    expect(mapping).toEqual(expected);
    const one = { value: [expected], nextLink: null };
    expect(await world.get(MAPPINGS)).toEqual(one);
    expect(await world.get("replicationProtectionContainerMappings")).toEqual(one);
    expect(await world.get(CONTAINER)).toMatchObject({ properties: { pairingStatus: "Paired", role: "Primary" } });
  });

  it("may be asked for twice, by one name whatever its case", async () => {
    await world.run("PUT", MAPPING, create());
    expect((await world.request("PUT", MAPPING.replace("branch-group", "BRANCH-GROUP"), create())).status).toBe(200);
    expect(await world.repositories.containerMappings.listByVault("vault-1")).toHaveLength(1);
  });

  it("keep the policy that they were made with", async () => {
    await world.run("PUT", MAPPING, create());
    await world.repositories.policies.insert(samplePolicy({ id: "policy-2", name: "other" }));
    const answer = await refused(create({ policyId: `${VAULT_ID}/replicationPolicies/other` }));
    expect(answer).toMatchObject({ status: 409, code: "MappingHasOtherPolicy" });
  });

  it("lead to Azure only, by a policy of the same vault, with a type that exists", async () => {
    expect(await refused(create({ targetProtectionContainerId: `${VAULT_ID}/${CONTAINER}` }))).toMatchObject({
      status: 400,
      code: "TargetContainerNotSupported",
      target: "properties.targetProtectionContainerId",
    });
    const elsewhere = `${VAULT_ID.replace("Contoso-Vault", "Other-Vault")}/replicationPolicies/every-30-seconds`;
    expect(await refused(create({ policyId: elsewhere }))).toMatchObject({
      status: 400,
      code: "ResourceInOtherVault",
      target: "properties.policyId",
    });
    expect(await refused(create({ policyId: `${VAULT_ID}/replicationFabrics/x` }))).toMatchObject({
      status: 400,
      code: "InvalidResourceId",
    });
    expect(await refused(create({ policyId: `${VAULT_ID}/replicationPolicies/none` }))).toMatchObject({
      status: 400,
      code: "PolicyNotFound",
    });
    expect(await refused(create({ providerSpecificInput: { instanceType: "A2A" } }))).toMatchObject({
      status: 400,
      target: "properties.providerSpecificInput.instanceType",
    });
    expect(await world.repositories.containerMappings.listByVault("vault-1")).toEqual([]);
  });

  it.each(["DELETE", "POST"])("are removed by %s, unless they protect machines", async (method) => {
    await world.repositories.containerMappings.insert(sampleMapping());
    await world.repositories.protectedItems.insert(sampleItem());
    const path = method === "POST" ? `${MAPPING}/remove` : MAPPING;
    const answer = await world.failure(method, path);
    expect(answer).toMatchObject({ status: 409, code: "MappingProtectsMachines" });
    expect(answer.message).toContain("sql-01");
    await world.repositories.protectedItems.delete("item-1");
    const job = await world.run(method, path);
    expect(job).toMatchObject({ status: "Succeeded", properties: { scenarioName: "DissociateProtectionProfile" } });
    expect((await world.request("GET", MAPPING)).status).toBe(404);
    expect((await world.request(method, path)).status).toBe(method === "POST" ? 404 : 204);
  });

  it("that a machine came into after the request are not removed: the job fails and says why", async () => {
    await world.stop();
    await world.repositories.containerMappings.insert(sampleMapping());
    const response = await world.request("DELETE", MAPPING);
    await world.repositories.protectedItems.insert(sampleItem());
    world.plane.start();
    const job = await world.settled(response);
    expect(job).toMatchObject({ status: "Failed", error: { code: "MappingProtectsMachines" } });
    expect(await world.repositories.containerMappings.get("mapping-1")).not.toBeNull();
  });
});
