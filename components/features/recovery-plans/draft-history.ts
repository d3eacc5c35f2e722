import type { PlanGroup } from "./plan-draft";

type Groups = readonly PlanGroup[];

/** What was undone can be done again until something else is changed. The newest hundred changes are remembered. */
export interface DraftHistory {
  readonly past: readonly Groups[];
  /** Null: as the plan is saved. */
  readonly present: Groups | null;
  readonly future: readonly Groups[];
}

export const unchanged: DraftHistory = { past: [], present: null, future: [] };

const REMEMBERED = 100;

export type DraftStep =
  | { readonly type: "change"; readonly from: Groups; readonly to: Groups }
  | { readonly type: "undo" | "redo"; readonly from: Groups }
  | { readonly type: "forget" };

/** `from` is what is on screen: the draft, or the saved plan while there is no draft. */
export function draftHistory(history: DraftHistory, step: DraftStep): DraftHistory {
  switch (step.type) {
    case "change":
      return { past: [...history.past, step.from].slice(-REMEMBERED), present: step.to, future: [] };
    case "undo": {
      const last = history.past.at(-1);
      if (last === undefined) return history;
      return { past: history.past.slice(0, -1), present: last, future: [step.from, ...history.future] };
    }
    case "redo": {
      const [next, ...future] = history.future;
      if (next === undefined) return history;
      return { past: [...history.past, step.from], present: next, future };
    }
    case "forget":
      return unchanged;
  }
}
