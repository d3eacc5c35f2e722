import type { Vault } from "@/lib/domain/entities";
import { refuseWhen, resourceNameProblem, sameName } from "@/lib/domain/names";
import type { FabricKind } from "@/lib/domain/replication-provider";
import type { Job } from "@/lib/jobs/job";
import type { OperationContext } from "./context";
import { findOpenJob } from "./open-job";
import { requireActiveVault } from "./require-active-vault";

/**
 * A Hyper-V site, or the VMware one of a configuration server that will register in it, by the job CreateSite.
 * @throws Refusal InvalidResourceName, VaultNotActive
 */
export async function createFabric(
  context: OperationContext,
  vault: Vault,
  name: string,
  kind: FabricKind,
): Promise<Job> {
  refuseWhen(resourceNameProblem(name, "site"), "fabricName");
  requireActiveVault(vault);
  const open = await findOpenJob(context, {
    vaultId: vault.id,
    scenarioName: "CreateSite",
    matches: (job) => sameName(job.targetName, name),
  });
  if (open) return open;
  const fabricId = context.random.uuid();
  return context.jobs.enqueue({
    scenarioName: "CreateSite",
    vaultId: vault.id,
    input: { vaultId: vault.id, fabricId, name, kind, internalIdentifier: context.random.uuid() },
    target: { id: fabricId, name, type: "Fabric" },
  });
}
