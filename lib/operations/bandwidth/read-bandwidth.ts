import { backlogBytes } from "@/lib/domain/backlog";
import { bandwidthAt, DEFAULT_BANDWIDTH, type BandwidthNow, type BandwidthSettings } from "@/lib/domain/bandwidth";
import type { Fabric, ProtectedItem } from "@/lib/domain/entities";
import type { OperationContext } from "../context";

export interface SiteTransfer extends BandwidthNow {
  /** Measured at the sockets of the hosts that are connected. */
  readonly bytesPerSecond: number;
  /** Bytes of disk still to be read and sent, before deduplication and compression. */
  readonly backlogBytes: number;
  /** At the rate at which disks are worked through now; null while nothing moves. */
  readonly secondsLeft: number | null;
  readonly hosts: readonly {
    readonly name: string;
    readonly connected: boolean;
    readonly bytesPerSecond: number;
    readonly limitBytesPerSecond: number | null;
    /** Since its agent started. */
    readonly sentBytes: number | null;
  }[];
}

/** A site's settings, and what its hosts measure at this moment. */
export async function readBandwidth(
  context: OperationContext,
  fabric: Fabric,
): Promise<{ readonly settings: BandwidthSettings; readonly now: SiteTransfer }> {
  const { bandwidth, providers, protectedItems } = context.repositories;
  const settings = (await bandwidth.get(fabric.id)) ?? DEFAULT_BANDWIDTH;
  const hosts = (await providers.listByFabric(fabric.id)).map((provider) => {
    const connected = context.sites.isConnected(provider.id);
    const transfer = connected ? context.sites.transfer(provider.id) : null;
    return {
      name: provider.hostName,
      connected,
      bytesPerSecond: transfer?.bytesPerSecond ?? 0,
      limitBytesPerSecond: transfer?.limitBytesPerSecond ?? null,
      sentBytes: transfer?.sentBytes ?? null,
    };
  });
  const work = workOf(context, await protectedItems.listByFabric(fabric.id));
  return {
    settings,
    now: {
      ...bandwidthAt(settings, context.clock.now()),
      ...work,
      bytesPerSecond: hosts.reduce((sum, host) => sum + host.bytesPerSecond, 0),
      hosts,
    },
  };
}

function workOf(
  context: OperationContext,
  items: readonly ProtectedItem[],
): { backlogBytes: number; secondsLeft: number | null } {
  let backlog = 0;
  let bytesPerSecond = 0;
  for (const item of items) {
    const progress = context.sites.progress(item.id);
    if (progress === null || item.activeLocation === "Recovery") continue;
    backlog += backlogBytes(progress);
    const moving = progress.phase !== "idle" && context.sites.isConnected(item.providerId);
    if (moving) bytesPerSecond += progress.bytesPerSecond;
  }
  const secondsLeft = backlog === 0 ? 0 : bytesPerSecond > 0 ? backlog / bytesPerSecond : null;
  return { backlogBytes: backlog, secondsLeft };
}
