import type { Provider, Vault } from "@/lib/domain/entities";
import type { Job } from "@/lib/jobs/job";
import type { OperationContext } from "./context";

/** Asks a host for its machines now, by the job RefreshDra; it fails with the reason when the host does not answer. */
export async function refreshProvider(
  context: OperationContext,
  input: { readonly vault: Vault; readonly provider: Provider },
): Promise<Job> {
  return context.jobs.enqueue({
    scenarioName: "RefreshDra",
    vaultId: input.vault.id,
    input: { providerId: input.provider.id },
    target: { id: input.provider.id, name: input.provider.hostName, type: "Server" },
  });
}
