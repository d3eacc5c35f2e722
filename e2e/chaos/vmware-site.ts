import { paths } from "@/lib/testing/drive/arm-driver";
import { PASSPHRASE, vault, type Context, type List, type ProtectedItem } from "../story/site-to-azure";

const SITE = "contoso-datacenter";
const fabric = `${vault}/replicationFabrics/${SITE}`;
const policyId = `${vault}/replicationPolicies/continuous`;

/** The VMware demonstration site in the same vault, its machines replicated continuously; resolves when both are Protected. */
export async function protectVmwareSite({ arm, tell }: Context): Promise<ProtectedItem[]> {
  tell.chapter("A VMware site beside it, replicated continuously");
  await arm.send("PUT", `${paths.ours}/estateSites/${SITE}`, { properties: { demo: "vmware" } });
  await arm.run("PUT", fabric, { properties: { customDetails: { instanceType: "VMware" } } });
  await arm.run("POST", `${paths.ours}/estateSites/${SITE}/register`, {
    properties: { vaultId: vault, fabricName: SITE, passphrase: PASSPHRASE },
  });
  await arm.run("PUT", policyId, {
    properties: {
      providerSpecificInput: {
        instanceType: "InMageAzureV2",
        recoveryPointHistory: 1440,
        crashConsistentFrequencyInMinutes: 1,
        appConsistentFrequencyInMinutes: 0,
        multiVmSyncStatus: "Disable",
      },
    },
  });
  const { value } = await arm.get<List<{ id: string }>>(`${fabric}/replicationProtectionContainers`);
  const container = value[0]?.id.replace(/^\/Subscriptions/, "/subscriptions") ?? "";
  await arm.run("PUT", `${container}/replicationProtectionContainerMappings/continuous`, {
    properties: { targetProtectionContainerId: "Microsoft Azure", policyId, providerSpecificInput: {} },
  });
  const machines = await arm.until("discovered machines", async () => {
    const found = await arm.get<List<{ name: string; id: string }>>(`${container}/replicationProtectableItems`);
    return found.value.length > 0 ? found.value : null;
  });
  for (const machine of machines) {
    await arm.run("PUT", `${container}/replicationProtectedItems/${machine.name}`, {
      properties: {
        policyId,
        protectableItemId: machine.id,
        providerSpecificDetails: {
          instanceType: "InMageAzureV2",
          targetAzureNetworkId: paths.network("contoso-production"),
          targetAzureSubnetId: "default",
        },
      },
    });
  }
  const items = await arm.until("both machines to be Protected", async () => {
    const listed = (await arm.get<List<ProtectedItem>>(`${container}/replicationProtectedItems`)).value;
    const isDone = listed.every(({ properties }) => properties.protectionState === "Protected");
    return isDone && listed.length === machines.length ? listed : null;
  });
  tell.say(`${items.map(({ properties }) => properties.friendlyName).join(" and ")} are Protected`);
  return [...items];
}
