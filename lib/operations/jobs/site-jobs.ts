import type { JobDefinition, StepDefinition } from "@/lib/jobs/job-definition";
import { announce } from "../announce";
import type { OperationContext } from "../context";
import { refuseWhileFabricIsUsed } from "../remove-fabric";
import { refuseWhileHostProtects } from "../remove-provider";

type Step = StepDefinition<OperationContext>;
const REFRESH_MS_MAX = 30_000;

/** Input: {vaultId, fabricId, name, kind, internalIdentifier}; without a kind, as earlier versions wrote it, a Hyper-V site. */
export const createSiteJob: JobDefinition<OperationContext> = {
  scenarioName: "CreateSite",
  friendlyName: "Create a site",
  steps: () => [createSite],
};

const createSite: Step = {
  name: "CreateSite",
  friendlyName: "Create the site",
  taskType: "CreateSite",
  async run({ services, job }) {
    const { vaultId, fabricId, name, kind, internalIdentifier } = job.input as Record<string, string>;
    const { fabrics } = services.repositories;
    // There already when the process died after the insert and before the step was recorded.
    if (!(await fabrics.get(fabricId ?? ""))) {
      await fabrics.insert({
        id: fabricId ?? "",
        vaultId: vaultId ?? "",
        name: name ?? "",
        kind: kind === "VMware" ? "VMware" : "HyperVSite",
        internalIdentifier: internalIdentifier ?? "",
        createdAt: services.clock.now().toISOString(),
      });
    }
    announce(services, vaultId ?? null, "replicationFabrics", name ?? "");
    return "done";
  },
};

/** Input: {fabricId, purge}. */
export const deleteSiteJob: JobDefinition<OperationContext> = {
  scenarioName: "DeleteSite",
  friendlyName: "Delete a site",
  steps: () => [deleteSite],
};

const deleteSite: Step = {
  name: "DeleteSite",
  friendlyName: "Delete the site",
  taskType: "DeleteSite",
  async run({ services, job }) {
    const fabric = await services.repositories.fabrics.get(String(job.input["fabricId"]));
    if (!fabric) return "done";
    await refuseWhileFabricIsUsed(services, fabric, job.input["purge"] === true);
    await services.repositories.fabrics.delete(fabric.id);
    announce(services, fabric.vaultId, "replicationFabrics", fabric.name);
    return "done";
  },
};

/** Input: {providerId}. */
export const unregisterProviderJob: JobDefinition<OperationContext> = {
  scenarioName: "UnregisterDra",
  friendlyName: "Unregister the Azure Site Recovery Provider",
  steps: () => [unregister],
};

const unregister: Step = {
  name: "UnregisterDra",
  friendlyName: "Unregister the host",
  taskType: "UnregisterDra",
  async run({ services, job }) {
    const provider = await services.repositories.providers.get(String(job.input["providerId"]));
    if (!provider) return "done";
    await refuseWhileHostProtects(services, provider);
    await services.repositories.providers.delete(provider.id);
    announce(services, provider.vaultId, "replicationRecoveryServicesProviders", provider.name);
    return "done";
  },
};

/** Input: {providerId}. */
export const refreshProviderJob: JobDefinition<OperationContext> = {
  scenarioName: "RefreshDra",
  friendlyName: "Refresh the host",
  steps: () => [refresh],
};

const refresh: Step = {
  name: "RefreshDra",
  friendlyName: "Ask the host for its machines",
  taskType: "RefreshDra",
  async run({ services, job, signal }) {
    const providerId = String(job.input["providerId"]);
    await services.sites.command(providerId, { type: "refreshInventory" }, { timeoutMs: REFRESH_MS_MAX, signal });
    const provider = await services.repositories.providers.get(providerId);
    if (provider) announce(services, provider.vaultId, "replicationProtectableItems", provider.name);
    return { details: { machines: provider?.inventory.length ?? 0 } };
  },
};
