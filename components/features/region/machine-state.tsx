import { StatusBadge, type StatusTone } from "@/components/ui/status-badge";
import type { VirtualMachineResource } from "@/lib/contract/region-resources";

type State = VirtualMachineResource["properties"]["state"];

const looks: Record<State, { readonly tone: StatusTone; readonly word: string }> = {
  Creating: { tone: "busy", word: "Creating" },
  Running: { tone: "good", word: "Running" },
  VerifiedNotBooted: { tone: "idle", word: "Verified, not booted" },
  Stopped: { tone: "idle", word: "Stopped" },
  Deleting: { tone: "busy", word: "Deleting" },
};

export function MachineState({ state }: { readonly state: State }) {
  const { tone, word } = looks[state];
  return <StatusBadge tone={tone}>{word}</StatusBadge>;
}
