import { OWN_API_VERSIONS } from "@/lib/contract/api-versions";
import { vaultArmId } from "@/lib/contract/arm-id";
import type { LiveEvent } from "@/lib/contract/portal";
import type { OperationContext } from "@/lib/operations/context";
import { eventStream } from "../event-stream";
import { OWN } from "../paths";
import { route, type Route } from "../route";

export const liveEventRoutes: readonly Route[] = [
  route({
    method: "GET",
    path: `${OWN}/events`,
    summary: "Server-sent events: what changed, so that a page knows what to read again.",
    apiVersions: OWN_API_VERSIONS,
    handle: ({ context, signal }) => eventStream(withArmIds(context, signal), { clock: context.clock, signal }),
  }),
];

/** Inside, an event names its vault by our own id; outside, everything is named by ARM ids. */
async function* withArmIds(context: OperationContext, signal: AbortSignal): AsyncIterable<LiveEvent> {
  const known = new Map<string, string>();
  for await (const event of context.live.subscribe(signal)) {
    if (event.vaultId === null) {
      yield event;
      continue;
    }
    if (!known.has(event.vaultId)) {
      const vault = await context.repositories.vaults.get(event.vaultId);
      if (vault) known.set(event.vaultId, vaultArmId(vault));
    }
    yield { ...event, vaultId: known.get(event.vaultId) ?? event.vaultId };
  }
}
