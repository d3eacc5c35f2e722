import { StatusBadge, type StatusTone } from "@/components/ui/status-badge";
import type { AutomationJobResource } from "@/lib/contract/automation";

const looks: Readonly<Record<AutomationJobResource["properties"]["status"], { tone: StatusTone; text: string }>> = {
  Activating: { tone: "busy", text: "Starting" },
  Running: { tone: "busy", text: "Running" },
  Completed: { tone: "good", text: "Completed" },
  Failed: { tone: "bad", text: "Failed" },
  Stopped: { tone: "idle", text: "Stopped" },
};

export function AutomationJobStatus({ job }: { readonly job: AutomationJobResource }) {
  const { tone, text } = looks[job.properties.status];
  const wasInterrupted = job.properties.statusDetails === "Interrupted";
  return <StatusBadge tone={tone}>{wasInterrupted ? "Interrupted" : text}</StatusBadge>;
}
