import { StatusBadge } from "@/components/ui/status-badge";
import type { RunbookResource } from "@/lib/contract/automation";

/** What of it plans would run, in words. */
export function RunbookState({ runbook }: { readonly runbook: RunbookResource }) {
  const { state, publishedVersion } = runbook.properties;
  if (state === "New") return <StatusBadge tone="idle">New, not published</StatusBadge>;
  const published = `Version ${publishedVersion ?? 0} published`;
  if (state === "Edit") return <StatusBadge tone="waiting">{`${published}, in edit`}</StatusBadge>;
  return <StatusBadge tone="good">{published}</StatusBadge>;
}
