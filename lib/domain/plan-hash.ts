import { createHash } from "node:crypto";
import type { RecoveryPlanAction, RecoveryPlanGroup } from "./entities";
import { withServiceGroups } from "./recovery-plan-rules";

/**
 * What a plan is, in one word: SHA-256 of its groups, lower-case hex. The order of groups, machines and actions counts;
 * a missing Shutdown or Failover group is the same as an empty one, a property left out the same as its null.
 */
export function planHash(groups: readonly RecoveryPlanGroup[]): string {
  const canonical = withServiceGroups(groups).map((group) => ({
    type: group.type,
    machines: group.protectedItemIds,
    before: group.startActions.map(canonicalAction),
    after: group.endActions.map(canonicalAction),
  }));
  return createHash("sha256")
    .update(JSON.stringify(sorted(canonical)))
    .digest("hex");
}

function canonicalAction(action: RecoveryPlanAction): unknown {
  const { name, failoverTypes, failoverDirections, details, onFailure } = action;
  const scope = { failoverTypes: [...failoverTypes].sort(), failoverDirections: [...failoverDirections].sort() };
  return { name, ...scope, details, onFailure: onFailure ?? null };
}

/** Keys in order, and none that say nothing: the same content is the same text. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([, one]) => one !== null && one !== undefined);
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, one]) => [key, sorted(one)]));
}
