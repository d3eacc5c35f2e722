import type { VaultEvent } from "@/lib/domain/entities";
import { announce } from "./announce";
import type { OperationContext } from "./context";

/** Something that happened in a vault, for its list of events. */
export async function recordEvent(context: OperationContext, event: Omit<VaultEvent, "id" | "at">): Promise<void> {
  const id = context.random.uuid();
  await context.repositories.events.insert({ ...event, id, at: context.clock.now().toISOString() });
  announce(context, event.vaultId, "replicationEvents", id);
}
