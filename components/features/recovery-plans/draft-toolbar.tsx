"use client";
import { Redo2, Undo2 } from "lucide-react";
import { useEffect } from "react";
import { Button } from "@/components/ui/button";
import type { RecoveryPlanResource } from "@/lib/contract/recovery-plans";
import { TestedState } from "./tested-state";
import type { PlanDraft } from "./use-plan-draft";

/** Undo and redo, by button and by the keys that everybody knows, and whether what is on screen has been tested. */
export function DraftToolbar(props: { readonly plan: RecoveryPlanResource; readonly edit: PlanDraft }) {
  const { edit } = props;
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const isUndoKey = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z";
      // A field undoes its own text, and above an open panel the page must not change.
      const elsewhere = event.target instanceof Element && event.target.closest("input, textarea, [role=dialog]");
      if (!isUndoKey || elsewhere) return;
      event.preventDefault();
      if (event.shiftKey) edit.redo();
      else edit.undo();
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [edit]);
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
      <div className="flex gap-2">
        <Button
          size="small"
          icon={<Undo2 />}
          onPress={edit.undo}
          aria-keyshortcuts="Control+Z"
          disabledReason={edit.canUndo ? null : "There is nothing to undo."}
        >
          Undo
        </Button>
        <Button
          size="small"
          icon={<Redo2 />}
          onPress={edit.redo}
          aria-keyshortcuts="Control+Shift+Z"
          disabledReason={edit.canRedo ? null : "There is nothing to redo."}
        >
          Redo
        </Button>
      </div>
      <TestedState plan={props.plan} hasUnsavedChanges={edit.draft !== null} />
    </div>
  );
}
