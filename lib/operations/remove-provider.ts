import type { Provider, Vault } from "@/lib/domain/entities";
import type { Job } from "@/lib/jobs/job";
import { Refusal } from "@/lib/kernel/fault";
import type { OperationContext } from "./context";
import { placeOf } from "./failover/failback/failback-target";
import { findOpenJob } from "./open-job";

/**
 * Unregisters a host, by the job UnregisterDra: its certificate is worth nothing from then on.
 * @throws Refusal HostProtectsMachines (conflict), naming them
 */
export async function removeProvider(
  context: OperationContext,
  input: { readonly vault: Vault; readonly provider: Provider },
): Promise<Job> {
  const { vault, provider } = input;
  await refuseWhileHostProtects(context, provider);
  const open = await findOpenJob(context, {
    vaultId: vault.id,
    scenarioName: "UnregisterDra",
    matches: (job) => job.targetId === provider.id,
  });
  if (open) return open;
  return context.jobs.enqueue({
    scenarioName: "UnregisterDra",
    vaultId: vault.id,
    input: { providerId: provider.id },
    target: { id: provider.id, name: provider.name, type: "Server" },
  });
}

export async function refuseWhileHostProtects(context: OperationContext, provider: Provider): Promise<void> {
  const all = await context.repositories.protectedItems.listByVault(provider.vaultId);
  // A machine that was failed back to this host belongs to it with the commit.
  const items = all.filter((item) => item.providerId === provider.id || placeOf(item).providerId === provider.id);
  if (items.length === 0) return;
  throw new Refusal("conflict", {
    code: "HostProtectsMachines",
    message: `The host ${provider.hostName} cannot be unregistered: it replicates ${items.map((item) => item.machineName).join(", ")}.`,
    possibleCauses: "Replication of these machines was not disabled.",
    recommendedAction: "Disable protection of each of them under Protected Items, then unregister the host.",
  });
}
