import type { ProtectedItem } from "./entities";

/** Two of one machine: the source and what a failover made of it were found running at the same time. Times ISO 8601. */
export interface BothRunning {
  readonly since: string;
  /** Somebody has decided to leave both; null: nobody has decided anything yet. */
  readonly left: { readonly at: string; readonly reason: string } | null;
}

/** What a person may decide; never done by itself. */
export type BothRunningChoice = "ShutDownSource" | "StopReplica" | "LeaveBoth";

const KEY = "bothRunning";

export function bothRunningOf(item: Pick<ProtectedItem, "evidence">): BothRunning | null {
  return (item.evidence[KEY] as BothRunning | undefined) ?? null;
}

export function withBothRunning(
  item: Pick<ProtectedItem, "evidence">,
  alert: BothRunning | null,
): ProtectedItem["evidence"] {
  const { [KEY]: _, ...rest } = item.evidence;
  return alert === null ? rest : { ...rest, [KEY]: alert };
}
