"use client";
import { create } from "zustand";
import type { RecoveryPlanResource } from "@/lib/contract/recovery-plans";
import { draftHistory, unchanged, type DraftHistory, type DraftStep } from "./draft-history";
import { isSameDraft, type PlanGroup } from "./plan-draft";

interface KeptDraft {
  readonly history: DraftHistory;
  /** Hash of the saved plan when the first change was made. */
  readonly baseHash: string;
}

/**
 * Drafts of this tab, by vault and plan. They outlive the page: the browser's Back button, which no page can stop, loses
 * nothing.
 */
const useDrafts = create<{ readonly drafts: Readonly<Record<string, KeptDraft>> }>()(() => ({ drafts: {} }));

function step(key: string, plan: RecoveryPlanResource, change: (shown: readonly PlanGroup[]) => DraftStep) {
  useDrafts.setState(({ drafts }) => {
    const kept = drafts[key];
    const history = kept?.history ?? unchanged;
    const next = draftHistory(history, change(history.present ?? plan.properties.groups));
    const { [key]: _, ...others } = drafts;
    if (next === unchanged) return { drafts: others };
    return { drafts: { ...others, [key]: { history: next, baseHash: kept?.baseHash ?? plan.properties.planHash } } };
  });
}

export interface PlanDraft {
  /** Null when nothing differs from what is saved. */
  readonly draft: readonly PlanGroup[] | null;
  /** The draft, or the plan as it is saved. */
  readonly shown: readonly PlanGroup[];
  readonly canUndo: boolean;
  readonly canRedo: boolean;
  /** Somebody saved the plan after this draft was begun: saving the draft replaces that. */
  readonly isOutdated: boolean;
  readonly change: (groups: readonly PlanGroup[]) => void;
  readonly undo: () => void;
  readonly redo: () => void;
  /** Saved, or given up. */
  readonly forget: () => void;
}

/** A plan with its draft: what is edited stays here until it is saved, whatever arrives from the server meanwhile. */
export function usePlanDraft(vaultName: string, plan: RecoveryPlanResource): PlanDraft {
  const key = `${vaultName}/${plan.name}`.toLowerCase();
  const kept = useDrafts(({ drafts }) => drafts[key]);
  const { past, present, future } = kept?.history ?? unchanged;
  const { groups, planHash } = plan.properties;
  const draft = present !== null && isSameDraft(present, groups) ? null : present;
  return {
    draft,
    shown: draft ?? groups,
    canUndo: past.length > 0,
    canRedo: future.length > 0,
    isOutdated: draft !== null && kept !== undefined && kept.baseHash !== planHash,
    change: (to) => step(key, plan, (from) => ({ type: "change", from, to })),
    undo: () => step(key, plan, (from) => ({ type: "undo", from })),
    redo: () => step(key, plan, (from) => ({ type: "redo", from })),
    forget: () => step(key, plan, () => ({ type: "forget" })),
  };
}
