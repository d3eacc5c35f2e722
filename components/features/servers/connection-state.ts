import type { StatusTone } from "@/components/ui/status-badge";
import type { ProviderResource } from "@/lib/contract/fabrics";

type Connection = ProviderResource["properties"]["connectionStatus"];

/** A host's connection as the service judges it from heartbeats; the page does not judge for itself. */
export const connectionLooks: Record<Connection, { readonly tone: StatusTone; readonly word: string }> = {
  Connected: { tone: "good", word: "Connected" },
  Disconnected: { tone: "bad", word: "Not connected" },
};
