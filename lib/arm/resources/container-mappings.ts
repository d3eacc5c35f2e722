import { SITE_RECOVERY_API_VERSIONS } from "@/lib/contract/api-versions";
import { MICROSOFT_AZURE } from "@/lib/contract/arm-id";
import { ContainerMappingCreation, ContainerMappingRemoval, ContainerMappingResource } from "@/lib/contract/policies";
import { listOf } from "@/lib/contract/portal";
import type { ContainerMapping, Fabric, Vault } from "@/lib/domain/entities";
import { assert } from "@/lib/kernel/assert";
import { Refusal } from "@/lib/kernel/fault";
import type { OperationContext } from "@/lib/operations/context";
import { createContainerMapping } from "@/lib/operations/create-container-mapping";
import { removeContainerMapping } from "@/lib/operations/remove-container-mapping";
import { accepted, list, noContent, ok } from "../answers";
import { CONTAINER, VAULT } from "../paths";
import { refuseWhenNotNew } from "../preconditions";
import { presentContainerMapping } from "../presenters/container-mapping";
import { containerMappingArmId } from "../site-recovery-ids";
import { nameInVaultFrom } from "../references";
import { noSuchResource, resolveContainer, resolveVault } from "../resolve";
import { route, type Route } from "../route";

const apiVersions = SITE_RECOVERY_API_VERSIONS;
const MAPPINGS = `${CONTAINER}/replicationProtectionContainerMappings` as const;
const MAPPING = `${MAPPINGS}/{mappingName}` as const;

/** What the classic portal calls protection groups. */
export const containerMappingRoutes: readonly Route[] = [
  route({
    method: "GET",
    path: `${VAULT}/replicationProtectionContainerMappings`,
    summary: "Lists the protection groups of a vault.",
    apiVersions,
    answer: listOf(ContainerMappingResource),
    async handle(call) {
      const vault = await resolveVault(call);
      const { fabrics, containerMappings } = call.context.repositories;
      const sites = new Map((await fabrics.list(vault.id)).map((fabric) => [fabric.id, fabric]));
      const mappings = await containerMappings.listByVault(vault.id);
      return list(
        await Promise.all(
          mappings.flatMap((mapping) => {
            const fabric = sites.get(mapping.fabricId);
            return fabric ? [present(call.context, vault, fabric, mapping)] : [];
          }),
        ),
      );
    },
  }),
  route({
    method: "GET",
    path: MAPPINGS,
    summary: "Lists the protection groups of a container.",
    apiVersions,
    answer: listOf(ContainerMappingResource),
    async handle(call) {
      const { vault, fabric } = await resolveContainer(call);
      const mappings = await call.context.repositories.containerMappings.listByFabric(fabric.id);
      return list(await Promise.all(mappings.map((mapping) => present(call.context, vault, fabric, mapping))));
    },
  }),
  route({
    method: "GET",
    path: MAPPING,
    summary: "Gets a protection group.",
    apiVersions,
    answer: ContainerMappingResource,
    async handle(call) {
      const { vault, fabric } = await resolveContainer(call);
      const mapping = await call.context.repositories.containerMappings.find(fabric.id, call.params.mappingName);
      if (!mapping) throw noSuchResource(call.params.mappingName, "mappingName");
      return ok(await present(call.context, vault, fabric, mapping));
    },
  }),
  route({
    method: "PUT",
    path: MAPPING,
    summary: "Creates a protection group: pairs the container with Azure under a policy (job).",
    apiVersions,
    body: ContainerMappingCreation,
    answer: ContainerMappingResource,
    longRunning: true,
    async handle(call) {
      const { vault, fabric } = await resolveContainer(call);
      const { targetProtectionContainerId, policyId } = call.body.properties;
      if (targetProtectionContainerId !== MICROSOFT_AZURE) throw onlyAzure(targetProtectionContainerId);
      const { mappingName: name } = call.params;
      const existing = await call.context.repositories.containerMappings.find(fabric.id, name);
      if (existing) refuseWhenNotNew(call, "protection group", existing.name, "mappingName");
      const policyName = nameInVaultFrom(vault, policyId, "replicationPolicies", "properties.policyId");
      const job = await createContainerMapping(call.context, { vault, fabric, name, policyName });
      if (job) return accepted(call, vault, job, containerMappingArmId(vault, fabric, { name }));
      assert(existing, "a protection group that needs no job exists");
      return ok(await present(call.context, vault, fabric, existing));
    },
  }),
  route({
    method: "POST",
    path: `${MAPPING}/remove`,
    summary: "Removes a protection group (job). Refused while it protects machines.",
    apiVersions,
    body: ContainerMappingRemoval,
    bodyOptional: true,
    longRunning: true,
    async handle(call) {
      const { vault, fabric } = await resolveContainer(call);
      const mapping = await call.context.repositories.containerMappings.find(fabric.id, call.params.mappingName);
      if (!mapping) throw noSuchResource(call.params.mappingName, "mappingName");
      const job = await removeContainerMapping(call.context, mapping);
      return accepted(call, vault, job, containerMappingArmId(vault, fabric, mapping));
    },
  }),
  route({
    method: "DELETE",
    path: MAPPING,
    summary: "Removes a protection group (job). Refused while it protects machines.",
    apiVersions,
    longRunning: true,
    async handle(call) {
      const { vault, fabric } = await resolveContainer(call);
      const mapping = await call.context.repositories.containerMappings.find(fabric.id, call.params.mappingName);
      if (!mapping) return noContent();
      const job = await removeContainerMapping(call.context, mapping);
      return accepted(call, vault, job, containerMappingArmId(vault, fabric, mapping));
    },
  }),
];

async function present(context: OperationContext, vault: Vault, fabric: Fabric, mapping: ContainerMapping) {
  const policy = await context.repositories.policies.get(mapping.policyId);
  assert(policy, "the policy of a protection group is not removed while the group exists");
  return presentContainerMapping(vault, fabric, policy, mapping);
}

function onlyAzure(given: string): Refusal {
  return new Refusal(
    "invalid",
    {
      code: "TargetContainerNotSupported",
      message: `${JSON.stringify(given.slice(0, 120))} cannot be the target of a site.`,
      possibleCauses: "This version replicates sites to Azure; pairing with another site comes later.",
      recommendedAction: `Send "${MICROSOFT_AZURE}" as targetProtectionContainerId.`,
    },
    "properties.targetProtectionContainerId",
  );
}
