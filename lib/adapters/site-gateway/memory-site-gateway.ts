import type { Clock } from "@/lib/kernel/clock";
import { Fault } from "@/lib/kernel/fault";
import type { Random } from "@/lib/kernel/random";
import type {
  HostTransfer,
  ReplicationProgress,
  SiteCommandResult,
  SiteGateway,
} from "@/lib/operations/ports/site-gateway";
import type { QueuedCommand } from "@/lib/site/protocol";
import { CommandQueue } from "./command-queue";

/** Heartbeats come every 2 s; a host that was silent for this long is not connected. */
export const CONNECTED_MS = 15_000;
const WATCH_MS = 500;

/** The other half of the gateway: what the hosts' requests bring. */
export interface SiteGatewayInbox {
  heartbeat(providerId: string, transfer: HostTransfer | null): void;
  fetchCommands(
    providerId: string,
    options: { known: ReadonlySet<string>; waitMs: number; signal: AbortSignal },
  ): Promise<QueuedCommand[]>;
  /** False when nobody waits for the answer any more. */
  finishCommand(providerId: string, id: string, outcome: { result: SiteCommandResult } | { error: Fault }): boolean;
  progress(progress: ReplicationProgress): void;
  /** Whether the host has to do something for that item whose answer is waited for. */
  isAsked(providerId: string, protectedItemId: string): boolean;
  /** The provider was removed: its commands fail, its figures are forgotten. */
  forgetProvider(providerId: string): void;
}

interface Site {
  lastHeartbeatMs: number | null;
  transfer: HostTransfer | null;
  readonly queue: CommandQueue;
}

/**
 * The connection to the registered hosts, in the memory of the process that answers them. After a restart everything is
 * unknown until the next heartbeat, two seconds later at most.
 */
export function createSiteGateway(options: {
  clock: Clock;
  random: Random;
}): SiteGateway & { inbox: SiteGatewayInbox } {
  const { clock, random } = options;
  const sites = new Map<string, Site>();
  const figures = new Map<string, ReplicationProgress>();
  const site = (providerId: string): Site => {
    const known = sites.get(providerId) ?? { lastHeartbeatMs: null, transfer: null, queue: new CommandQueue() };
    sites.set(providerId, known);
    return known;
  };
  const isConnected = (providerId: string) => {
    const last = sites.get(providerId)?.lastHeartbeatMs ?? null;
    return last !== null && clock.monotonicMs() - last < CONNECTED_MS;
  };

  const command: SiteGateway["command"] = async (providerId, siteCommand, { timeoutMs, signal }) => {
    signal?.throwIfAborted();
    const handle = site(providerId).queue.add(random.uuid(), siteCommand);
    const over = new AbortController();
    const cancel = () => handle.fail(commandCancelled());
    signal?.addEventListener("abort", cancel);
    try {
      return await Promise.race([handle.result, watch(handle, timeoutMs, over.signal)]);
    } finally {
      over.abort();
      signal?.removeEventListener("abort", cancel);
    }

    /** Gives up when nobody fetches it in time, or when the host that did is silent for as long. Never resolves. */
    async function watch(watched: typeof handle, limitMs: number, ended: AbortSignal): Promise<never> {
      let aliveAt = clock.monotonicMs();
      for (;;) {
        await clock.sleep(Math.min(WATCH_MS, limitMs), ended).catch(() => undefined);
        if (ended.aborted) return new Promise(() => {});
        const now = clock.monotonicMs();
        if (watched.wasFetched() && isConnected(providerId)) aliveAt = now;
        if (now - aliveAt >= limitMs) watched.fail(siteNotConnected(siteCommand.type, limitMs));
      }
    }
  };

  return {
    isConnected,
    command,
    progress: (protectedItemId) => figures.get(protectedItemId) ?? null,
    transfer: (providerId) => sites.get(providerId)?.transfer ?? null,
    inbox: {
      heartbeat: (providerId, transfer) => {
        const known = site(providerId);
        known.lastHeartbeatMs = clock.monotonicMs();
        known.transfer = transfer;
      },
      fetchCommands: (providerId, { known, waitMs, signal }) =>
        site(providerId).queue.fetch(known, waitMs, clock, signal),
      finishCommand: (providerId, id, outcome) => site(providerId).queue.finish(id, outcome),
      progress: (progress) => void figures.set(progress.protectedItemId, progress),
      isAsked: (providerId, protectedItemId) => sites.get(providerId)?.queue.concerns(protectedItemId) ?? false,
      forgetProvider: (providerId) => {
        sites.get(providerId)?.queue.failAll(siteNotConnected("command", 0));
        sites.delete(providerId);
      },
    },
  };
}

function siteNotConnected(command: string, timeoutMs: number): Fault {
  return new Fault(
    {
      code: "SiteNotConnected",
      message: `The host did not take up the ${command} request${timeoutMs > 0 ? ` within ${Math.ceil(timeoutMs / 1000)} s` : ""}.`,
      possibleCauses:
        "The host or its site is down, its agent is not running, or it cannot reach the vault's endpoint.",
      recommendedAction:
        "Bring the site back and wait for its heartbeat, then try again. An unplanned failover works without the site.",
    },
    { retryable: true },
  );
}

function commandCancelled(): Fault {
  return new Fault({
    code: "CommandCancelled",
    message: "The request to the host was given up before the host answered.",
    possibleCauses: "The job that sent it was cancelled.",
    recommendedAction: "Start the operation again if it is still wanted.",
  });
}
