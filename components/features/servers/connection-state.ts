import type { StatusTone } from "@/components/ui/status-badge";
import type { ProviderView } from "@/lib/client/views/infrastructure";

/** A host's connection as the service judges it from heartbeats; the page does not judge for itself. */
export function connectionOf(provider: ProviderView): { readonly tone: StatusTone; readonly word: string } {
  const status = provider.properties.connectionStatus ?? "";
  if (/^connected$/i.test(status)) return { tone: "good", word: "Connected" };
  if (status === "") return { tone: "unknown", word: "Unknown" };
  return { tone: "bad", word: /^(disconnected|notconnected)$/i.test(status) ? "Not connected" : status };
}
