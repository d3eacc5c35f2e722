import type { Vault } from "@/lib/domain/entities";
import {
  SCENARIO_KINDS,
  tutorialSteps,
  type Scenario,
  type TutorialFacts,
  type TutorialStepView,
} from "@/lib/domain/tutorial";
import type { FabricKind } from "@/lib/domain/replication-provider";
import type { OperationContext } from "./context";

/** The tutorial's steps, each checked against what is there now. */
export async function readTutorial(
  context: OperationContext,
  vault: Vault,
  scenario: Scenario,
): Promise<TutorialStepView[]> {
  return tutorialSteps(await gatherFacts(context, vault, SCENARIO_KINDS[scenario]), scenario);
}

async function gatherFacts(context: OperationContext, vault: Vault, kind: FabricKind): Promise<TutorialFacts> {
  const { repositories, sites } = context;
  const [allFabrics, allProviders, allMappings, policies, allItems, allPlans, accounts, networks] = await Promise.all([
    repositories.fabrics.list(vault.id),
    repositories.providers.listByVault(vault.id),
    repositories.containerMappings.listByVault(vault.id),
    repositories.policies.list(vault.id),
    repositories.protectedItems.listByVault(vault.id),
    repositories.recoveryPlans.list(vault.id),
    repositories.storageAccounts.list(vault),
    repositories.virtualNetworks.list(vault),
  ]);
  const fabrics = allFabrics.filter((fabric) => fabric.kind === kind);
  const ids = new Set(fabrics.map(({ id }) => id));
  const ofKind = <T extends { readonly fabricId: string }>(list: readonly T[]) =>
    list.filter(({ fabricId }) => ids.has(fabricId));
  const [providers, mappings, items, plans] = [
    ofKind(allProviders),
    ofKind(allMappings),
    ofKind(allItems),
    ofKind(allPlans),
  ];
  const keys = await Promise.all(fabrics.map((fabric) => repositories.registrationKeys.get(fabric.id)));
  const inRegion = (resource: { readonly location: string }) => resource.location === vault.location;
  const nameOf = (list: readonly { readonly id: string; readonly name: string }[], id: string) =>
    list.find((one) => one.id === id)?.name ?? "";
  const tested = items.filter((item) => item.lastTestFailoverAt !== null).sort(byTestDescending)[0];
  return {
    sites: fabrics.map((fabric) => fabric.name),
    passphraseSet: vault.passphraseSetAt !== null,
    registrationKeyExpiresAt:
      keys
        .flatMap((key) => (key ? [key.expiresAt] : []))
        .sort()
        .at(-1) ?? null,
    hosts: providers.map((provider) => ({
      name: provider.hostName,
      site: nameOf(fabrics, provider.fabricId),
      connected: sites.isConnected(provider.id),
      lastHeartbeatAt: provider.lastHeartbeatAt,
    })),
    storageAccounts: accounts.filter(inRegion).map((account) => account.name),
    networks: networks.filter(inRegion).map((network) => network.name),
    protectionGroups: mappings.map((mapping) => ({ name: mapping.name, policy: nameOf(policies, mapping.policyId) })),
    machines: {
      enabled: items.length,
      protected: items.filter((item) => item.state !== "UnprotectedStatesBegin").length,
      discovered: providers.reduce((count, provider) => count + provider.inventory.length, 0),
    },
    plans: plans.map((plan) => ({
      name: plan.name,
      machines: plan.groups.reduce((count, group) => count + group.protectedItemIds.length, 0),
    })),
    lastTestFailover: tested ? { machine: tested.machineName, at: tested.lastTestFailoverAt ?? "" } : null,
    now: context.clock.now().toISOString(),
  };
}

const byTestDescending = (a: { lastTestFailoverAt: string | null }, b: { lastTestFailoverAt: string | null }) =>
  (b.lastTestFailoverAt ?? "").localeCompare(a.lastTestFailoverAt ?? "");
