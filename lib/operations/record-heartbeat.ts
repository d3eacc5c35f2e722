import type { Provider, ReportedMachine } from "@/lib/domain/entities";
import { Refusal } from "@/lib/kernel/fault";
import { announce } from "./announce";
import type { OperationContext } from "./context";
import { noticeBothRunning } from "./fencing/notice-both-running";

export interface HeartbeatInput {
  readonly hostName: string;
  readonly version: string;
  readonly machines: readonly ReportedMachine[];
}

/**
 * Every two seconds from each host: what it has, and what its guests say. The last one heard is what the loss of an
 * unplanned failover is measured against.
 */
export async function recordHeartbeat(
  context: OperationContext,
  providerId: string,
  heartbeat: HeartbeatInput,
): Promise<Provider> {
  const before = await requireProvider(context, providerId);
  const after = await context.repositories.providers.update(providerId, {
    hostName: heartbeat.hostName,
    version: heartbeat.version,
    inventory: heartbeat.machines,
    lastHeartbeatAt: context.clock.now().toISOString(),
  });
  // Orders change with every heartbeat and have streams of their own; only what the lists show is announced.
  if (outline(before) !== outline(after)) {
    announce(context, after.vaultId, "replicationRecoveryServicesProviders", after.name);
    announce(context, after.vaultId, "replicationProtectableItems", after.name);
  }
  await noticeBothRunning(context, after);
  return after;
}

export async function requireProvider(context: OperationContext, providerId: string): Promise<Provider> {
  const provider = await context.repositories.providers.get(providerId);
  if (provider) return provider;
  throw new Refusal("notFound", {
    code: "ProviderNotFound",
    message: "This host is not registered any more.",
    possibleCauses: "It was unregistered, or its vault was deleted.",
    recommendedAction: "Register the host again with a new credentials file.",
  });
}

function outline(provider: Provider): string {
  const machines = provider.inventory.map(({ orders: _, disks, ...machine }) => ({
    ...machine,
    disks: disks.map(({ allocatedBytes: __, ...disk }) => disk),
  }));
  return JSON.stringify([provider.hostName, provider.version, provider.lastHeartbeatAt !== null, machines]);
}
