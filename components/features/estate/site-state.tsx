import { StatusBadge } from "@/components/ui/status-badge";
import type { EstateSite } from "@/lib/contract/portal";

/** Running, failed on purpose, or with a process that died. There is no agent before the host is registered. */
export function SiteState({ site }: { readonly site: EstateSite }) {
  const { state, processes, registeredVaultId } = site.properties;
  if (state === "failed") return <StatusBadge tone="bad">Failed</StatusBadge>;
  const down = processes.filter((one) => !one.running && (one.role === "host" || registeredVaultId !== null));
  if (down.length > 0)
    return <StatusBadge tone="warn">{`Running, ${down.map((one) => one.role).join(" and ")} down`}</StatusBadge>;
  return <StatusBadge tone="good">Running</StatusBadge>;
}
