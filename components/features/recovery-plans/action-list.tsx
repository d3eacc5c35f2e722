"use client";
import { ArrowDown, ArrowUp, Hand, Pencil, Plus, SquareTerminal, Trash2, Webhook } from "lucide-react";
import { ArrangeableList } from "@/components/ui/arrangeable-list";
import { Button } from "@/components/ui/button";
import { IconButton } from "@/components/ui/icon-button";
import { actionKey } from "./action-key";
import { actionText, failureText, scopeText, type ActionKind } from "./action-summary";
import type { PlanAction } from "./plan-draft";

export interface ActionListProps {
  /** "Before Group 1" or "After Group 1". */
  readonly title: string;
  readonly actions: readonly PlanAction[];
  readonly onAdd: () => void;
  readonly onEdit: (position: number) => void;
  readonly onRemove: (position: number) => void;
  readonly onShift: (position: number, direction: -1 | 1) => void;
  /** An action, from this place or another, was dropped before the other one, or at the end. */
  readonly onPlace: (key: string, beforeKey: string | null) => void;
}

const icons: Readonly<Record<ActionKind, typeof Hand>> = {
  ManualActionDetails: Hand,
  AutomationRunbookActionDetails: SquareTerminal,
  WebhookActionDetails: Webhook,
};

/** The steps before or after a group, one after the other. */
export function ActionList(props: ActionListProps) {
  const { title, actions } = props;
  return (
    <section aria-label={title} className="flex flex-wrap items-center gap-x-3 gap-y-1 px-4 py-0.5">
      <h3 className="w-40 text-[0.8125rem] text-muted max-sm:flex-1">{title}</h3>
      <ArrangeableList
        label={`Actions ${title.charAt(0).toLowerCase()}${title.slice(1)}`}
        kind="action"
        rows={actions.map((action, position) => ({
          key: actionKey(action),
          text: action.actionName,
          content: <ActionRow {...props} action={action} position={position} />,
        }))}
        onPlace={props.onPlace}
        empty="No action."
        className="flex min-w-0 flex-1 flex-col gap-2 rounded-md py-1 max-sm:order-last max-sm:basis-full"
        rowClassName="rounded-md border border-line bg-canvas py-1.5 pr-2 pl-1"
      />
      <Button
        size="small"
        variant="quiet"
        icon={<Plus />}
        onPress={props.onAdd}
        aria-label={`Add an action ${title.charAt(0).toLowerCase()}${title.slice(1)}`}
      >
        Action
      </Button>
    </section>
  );
}

function ActionRow(props: ActionListProps & { readonly action: PlanAction; readonly position: number }) {
  const { action, position } = props;
  const name = action.actionName;
  const Icon = icons[action.customDetails.instanceType];
  const onFailure = failureText(action);
  return (
    <>
      <Icon aria-hidden className="size-4 shrink-0 text-warn" />
      <span className="min-w-0 flex-1">
        <span className="block font-medium wrap-anywhere">{name}</span>
        <span className="block text-[0.8125rem] wrap-anywhere text-muted">{actionText(action)}</span>
        <span className="block text-[0.8125rem] text-muted">
          {scopeText(action)}
          {onFailure ? ` · ${onFailure}` : ""}
        </span>
      </span>
      <span className="flex shrink-0 max-sm:flex-col">
        {position > 0 ? (
          <IconButton label={`Move ${name} up`} icon={<ArrowUp />} onPress={() => props.onShift(position, -1)} />
        ) : null}
        {position < props.actions.length - 1 ? (
          <IconButton label={`Move ${name} down`} icon={<ArrowDown />} onPress={() => props.onShift(position, 1)} />
        ) : null}
        <IconButton label={`Change ${name}`} icon={<Pencil />} onPress={() => props.onEdit(position)} />
        <IconButton label={`Remove ${name}`} icon={<Trash2 />} onPress={() => props.onRemove(position)} />
      </span>
    </>
  );
}
