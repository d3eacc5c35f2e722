import type { ConsoleView } from "@/lib/contract/portal";

/**
 * Consoles of running machines: one implementation reads the machines of the estate's sites, one the machines deployed
 * in the region. `machineId` is the id that the respective side gave to the machine.
 */
export interface ConsoleSource {
  /** Null when this source does not know the machine. */
  view(machineId: string): Promise<ConsoleView | null>;
  /** Yields the present view at once, then one at each change; ends with the signal, or when the machine is gone. */
  stream(machineId: string, signal: AbortSignal): AsyncIterable<ConsoleView>;
}
