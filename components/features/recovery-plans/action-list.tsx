"use client";
import { Hand, Pencil, Plus, Trash2 } from "lucide-react";
import { Button } from "@/components/ui/button";
import { IconButton } from "@/components/ui/icon-button";
import type { PlanAction } from "./plan-draft";

export interface ActionListProps {
  /** "Before Group 1" or "After Group 1". */
  readonly title: string;
  readonly actions: readonly PlanAction[];
  readonly onAdd: () => void;
  readonly onEdit: (position: number) => void;
  readonly onRemove: (position: number) => void;
}

const shortTypes = (action: PlanAction) =>
  action.failoverTypes.map((type) => type.replace("Failover", "").toLowerCase()).join(", ");

/** The steps before or after a group. Manual actions are the only kind in this version. */
export function ActionList({ title, actions, onAdd, onEdit, onRemove }: ActionListProps) {
  return (
    <section aria-label={title} className="flex flex-wrap items-center gap-2 px-4 py-2">
      <h3 className="w-40 text-[0.8125rem] text-muted">{title}</h3>
      <ul className="flex min-w-0 flex-1 flex-col gap-2">
        {actions.map((action, position) => {
          return (
            <li
              key={`${position}-${action.actionName}`}
              className="flex items-center gap-3 rounded-md border border-line bg-canvas px-3 py-1.5"
            >
              <span aria-hidden className="text-warn [&_svg]:size-4">
                <Hand />
              </span>
              <span className="min-w-0 flex-1">
                <span className="block font-medium break-words">{action.actionName}</span>
                <span className="block text-[0.8125rem] text-muted">Manual action · {shortTypes(action)}</span>
              </span>
              <IconButton label={`Change ${action.actionName}`} icon={<Pencil />} onPress={() => onEdit(position)} />
              <IconButton label={`Remove ${action.actionName}`} icon={<Trash2 />} onPress={() => onRemove(position)} />
            </li>
          );
        })}
      </ul>
      <Button
        size="small"
        variant="quiet"
        icon={<Plus />}
        onPress={onAdd}
        aria-label={`Add a manual action ${title.toLowerCase()}`}
      >
        Manual action
      </Button>
    </section>
  );
}
