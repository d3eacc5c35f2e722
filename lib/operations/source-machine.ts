import type { ProtectedItem, Provider, ReportedMachine } from "@/lib/domain/entities";
import { Fault } from "@/lib/kernel/fault";
import type { OperationContext } from "./context";
import type { SiteCommandResult } from "./ports/site-gateway";

/** A host that is alive fetches a command within a heartbeat or two. */
const FETCH_TIMEOUT_MS = 30_000;
/** After a restart of the portal nothing is known of the sites until their next heartbeat. */
const HEARTBEAT_WAIT_MS = 5_000;
const POLL_MS = 100;

export interface Source {
  readonly provider: Provider | null;
  /** As the host last reported it; null when it never did, or has forgotten the machine. */
  readonly machine: ReportedMachine | null;
}

export async function sourceOf(context: OperationContext, item: ProtectedItem): Promise<Source> {
  const provider = await context.repositories.providers.get(item.providerId);
  const machine = provider?.inventory.find((candidate) => candidate.id === item.machineId) ?? null;
  return { provider, machine };
}

/** Whether the site of the item answers; gives a site whose heartbeat is just due the time for it. */
export async function siteAnswers(
  context: OperationContext,
  item: Pick<ProtectedItem, "providerId">,
  signal?: AbortSignal,
): Promise<boolean> {
  const until = context.clock.monotonicMs() + HEARTBEAT_WAIT_MS;
  while (!context.sites.isConnected(item.providerId)) {
    if (context.clock.monotonicMs() >= until) return false;
    await context.clock.sleep(POLL_MS, signal);
  }
  return true;
}

/** Off when it resolves. @throws Fault SourceNotOff when the host answered and the machine still runs */
export async function stopSource(context: OperationContext, item: ProtectedItem, signal: AbortSignal): Promise<void> {
  const command = { type: "stopMachine", machineId: item.machineId } as const;
  const options = { timeoutMs: FETCH_TIMEOUT_MS, signal };
  const { power } = await context.sites.command(item.providerId, command, options);
  const seen = power ?? (await sourceOf(context, item)).machine?.power;
  if (seen === "off") return;
  throw new Fault({
    code: "SourceNotOff",
    message: `${item.machineName} was told to shut down but is ${seen ?? "in an unknown state"}.`,
    possibleCauses: "The guest did not shut down, or its host could not stop it.",
    recommendedAction: "Shut the machine down at its host, then restart the job.",
  });
}

export async function startSource(context: OperationContext, item: ProtectedItem, signal: AbortSignal): Promise<void> {
  const command = { type: "startMachine", machineId: item.machineId } as const;
  await context.sites.command(item.providerId, command, { timeoutMs: FETCH_TIMEOUT_MS, signal });
}

/** Cuts and sends now; resolves when the point is registered. */
export function replicateNow(
  context: OperationContext,
  item: ProtectedItem,
  final: boolean,
  signal: AbortSignal,
): Promise<SiteCommandResult> {
  const command = { type: "replicateNow", protectedItemId: item.id, final } as const;
  return context.sites.command(item.providerId, command, { timeoutMs: FETCH_TIMEOUT_MS, signal });
}
