import type { JobDefinition, StepContext, StepDefinition } from "@/lib/jobs/job-definition";
import { Fault, type Explanation } from "@/lib/kernel/fault";
import { announce } from "../announce";
import type { OperationContext } from "../context";

const ANSWER_MS_MAX = 30_000;

const askHosts: StepDefinition<OperationContext> = {
  name: "DiscoverProtectableItems",
  friendlyName: "Ask the hosts for their machines",
  taskType: "DiscoverProtectableItems",
  async run(step) {
    const { services, job } = step;
    const fabricId = String(job.input["fabricId"]);
    const hosts = await services.repositories.providers.listByFabric(fabricId);
    const failures: Fault[] = [];
    await Promise.all(
      hosts.map(async (host) => {
        const failure = await ask(step, host.id);
        if (failure) failures.push(failure);
      }),
    );
    step.signal.throwIfAborted();
    const [first] = failures;
    // One host that answers is worth having; the silent ones are named beside it.
    if (first && failures.length === hosts.length) throw first;
    failures.forEach((failure) => step.warn(failure.explanation satisfies Explanation));
    const known = await services.repositories.providers.listByFabric(fabricId);
    if (job.vaultId !== null) announce(services, job.vaultId, "replicationProtectableItems", job.targetName);
    const machines = known.reduce((sum, host) => sum + host.inventory.length, 0);
    return { details: { hosts: hosts.length - failures.length, machines } };
  },
};

/** Input: {fabricId}. The name of the scenario is ours: no recording of the service's is known. */
export const discoverMachinesJob: JobDefinition<OperationContext> = {
  scenarioName: "DiscoverProtectableItems",
  friendlyName: "Discover virtual machines",
  steps: () => [askHosts],
};

async function ask(step: StepContext<OperationContext>, providerId: string): Promise<Fault | null> {
  try {
    const options = { timeoutMs: ANSWER_MS_MAX, signal: step.signal };
    await step.services.sites.command(providerId, { type: "refreshInventory" }, options);
    return null;
  } catch (error) {
    if (error instanceof Fault) return error;
    throw error;
  }
}
