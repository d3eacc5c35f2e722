import { bandwidthAt, DEFAULT_BANDWIDTH } from "@/lib/domain/bandwidth";
import type { OperationContext } from "../context";
import { requireProvider } from "../record-heartbeat";

/** What a host is told with every heartbeat; structurally what the site protocol sends. */
export interface TransferOrders {
  readonly uploadThreads: number;
  readonly uploadBytesPerSecond: number | null;
  readonly resynchronizationReadBytesPerSecond: number | null;
}

/** The limit is the site's, so the hosts that are connected share it. The asking one counts whatever is known of it. */
export async function transferOrders(context: OperationContext, providerId: string): Promise<TransferOrders> {
  const provider = await requireProvider(context, providerId);
  const settings = (await context.repositories.bandwidth.get(provider.fabricId)) ?? DEFAULT_BANDWIDTH;
  const hosts = await context.repositories.providers.listByFabric(provider.fabricId);
  const sharing = hosts.filter(({ id }) => id === providerId || context.sites.isConnected(id)).length;
  const { limitBytesPerSecond } = bandwidthAt(settings, context.clock.now());
  const { uploadThreads, resynchronizationReadMBps } = settings;
  return {
    uploadThreads,
    uploadBytesPerSecond: limitBytesPerSecond === null ? null : limitBytesPerSecond / Math.max(1, sharing),
    resynchronizationReadBytesPerSecond:
      resynchronizationReadMBps === null ? null : resynchronizationReadMBps * 1_000_000,
  };
}
