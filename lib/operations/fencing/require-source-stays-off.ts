import type { ProtectedItem } from "@/lib/domain/entities";
import { Fault } from "@/lib/kernel/fault";
import type { OperationContext } from "../context";
import { sourceOf } from "../source-machine";

/** Two heartbeats and a little more. */
const HEARTBEAT_WAIT_MS = 5_000;
const POLL_MS = 100;

/**
 * A host that answered "off" is believed, unless its next word is another one: a guest may refuse, or somebody may start the
 * machine again at once. `stoppedAt`: of the answer, ISO 8601. A host that has fallen silent since has taken nothing back.
 * A first heartbeat may still tell of before; the word that counts is the last one within two intervals.
 *
 * @throws Fault SourceNotOff
 */
export async function requireSourceStaysOff(
  context: OperationContext,
  item: ProtectedItem,
  stoppedAt: string,
  signal: AbortSignal,
): Promise<void> {
  const until = context.clock.monotonicMs() + HEARTBEAT_WAIT_MS;
  for (;;) {
    const { provider, machine } = await sourceOf(context, item);
    const heardSince = provider?.lastHeartbeatAt !== undefined && (provider.lastHeartbeatAt ?? "") > stoppedAt;
    if (heardSince && (machine === null || machine.power === "off")) return;
    if (context.clock.monotonicMs() >= until) {
      if (heardSince && machine !== null) throw runsAgain(item, machine.power);
      return;
    }
    await context.clock.sleep(POLL_MS, signal);
  }
}

function runsAgain(item: ProtectedItem, power: string): Fault {
  return new Fault({
    code: "SourceNotOff",
    message: `The host of ${item.machineName} said that it was off, and says now that it is ${power}; its replica is not started beside it.`,
    possibleCauses: "The guest restarted instead of shutting down, or somebody started the machine again at its host.",
    recommendedAction: "Shut the machine down at its host and see that it stays off, then restart the job.",
  });
}
