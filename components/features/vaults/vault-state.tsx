import { StatusBadge, type StatusTone } from "@/components/ui/status-badge";
import type { VaultResource } from "@/lib/contract/vaults";

type State = VaultResource["properties"]["provisioningState"];

const looks: Record<State, { readonly tone: StatusTone; readonly word: string }> = {
  Succeeded: { tone: "good", word: "Active" },
  Creating: { tone: "busy", word: "Creating" },
  Deleting: { tone: "busy", word: "Deleting" },
  Failed: { tone: "bad", word: "Failed" },
};

/** A vault's state in the words of the classic portal. */
export function VaultState({ state }: { readonly state: State }) {
  const { tone, word } = looks[state];
  return <StatusBadge tone={tone}>{word}</StatusBadge>;
}
