import type { PlanAction } from "./plan-draft";

/** Actions have no id and may share a name while they are edited: a draft knows them by identity. */
const keys = new WeakMap<PlanAction, string>();
let count = 0;

export function actionKey(action: PlanAction): string {
  const known = keys.get(action);
  if (known !== undefined) return known;
  count += 1;
  const key = `action-${count}`;
  keys.set(action, key);
  return key;
}

/** The action with this key, wherever it lies. */
export function actionOf(
  groups: readonly { readonly startGroupActions: PlanAction[]; readonly endGroupActions: PlanAction[] }[],
  key: string,
): PlanAction | null {
  const all = groups.flatMap((group) => [...group.startGroupActions, ...group.endGroupActions]);
  return all.find((action) => keys.get(action) === key) ?? null;
}
