"use client";
import { clsx } from "clsx";
import { ArrowDown, ArrowUp, Plus, Trash2 } from "lucide-react";
import { Button } from "@/components/ui/button";
import { IconButton } from "@/components/ui/icon-button";
import { useArrangeableCard } from "@/components/ui/use-arrangeable-card";
import { actionOf } from "./action-key";
import { ActionList } from "./action-list";
import type { GroupCardProps } from "./group-card-props";
import { GroupMachines } from "./group-machines";
import * as draft from "./plan-draft";
import { groupTitle, type ActionPlace, type PlanGroup } from "./plan-draft";

const serviceStep = { Shutdown: "the shutdown", Failover: "the failover", Boot: "the start" } as const;

const serviceHint = {
  Shutdown: "All source machines, in reverse order of the groups. Not in a test.",
  Failover: "The disks of all machines, at the same time.",
  Boot: "Its machines start together.",
} as const;

/**
 * One group: its steps before, its machines (started in parallel), its steps after. The service's own two groups act on all
 * machines, so they have only steps.
 */
export function GroupCard(props: GroupCardProps) {
  const { groups, index, onChange } = props;
  const group = groups[index];
  const title = groupTitle(groups, index);
  const isBoot = group?.groupType === "Boot";
  const { handle, cardProps } = useArrangeableCard({
    kind: "group",
    id: String(index),
    title,
    isArrangeable: isBoot && draft.bootGroupIndexes(groups).length > 1,
    onPlace: (from) => onChange(draft.placeGroup(groups, Number(from), index)),
  });
  if (group === undefined) return null;
  const about = isBoot ? title : serviceStep[group.groupType];
  return (
    <section
      {...cardProps}
      aria-label={title}
      className={clsx("rounded-lg border border-line bg-surface", cardProps.className)}
    >
      <header className="flex flex-wrap items-center gap-x-3 gap-y-2 border-b border-line px-4 py-2.5">
        {handle}
        <div className="min-w-[min(100%,10rem)] flex-1">
          <h2 className="text-[0.9375rem] font-semibold">{title}</h2>
          <p className="text-[0.8125rem] text-muted">{serviceHint[group.groupType]}</p>
        </div>
        {isBoot ? <GroupButtons {...props} title={title} /> : null}
      </header>
      <Actions {...props} group={group} place="startGroupActions" title={`Before ${about}`} />
      {isBoot ? <GroupMachines {...props} group={group} title={title} /> : null}
      <Actions {...props} group={group} place="endGroupActions" title={`After ${about}`} />
    </section>
  );
}

function GroupButtons(props: GroupCardProps & { readonly title: string }) {
  const { groups, index, title, onChange } = props;
  return (
    <>
      {draft.neighbourGroup(groups, index, -1) === null ? null : (
        <IconButton
          label={`Move ${title} up`}
          icon={<ArrowUp />}
          onPress={() => onChange(draft.moveGroup(groups, index, -1))}
        />
      )}
      {draft.neighbourGroup(groups, index, 1) === null ? null : (
        <IconButton
          label={`Move ${title} down`}
          icon={<ArrowDown />}
          onPress={() => onChange(draft.moveGroup(groups, index, 1))}
        />
      )}
      <Button size="small" icon={<Plus />} onPress={props.onAddMachines} aria-label={`Add machines to ${title}`}>
        Add machines
      </Button>
      <Button
        size="small"
        variant="quiet"
        icon={<Trash2 />}
        onPress={() => onChange(draft.removeGroup(groups, index))}
        disabledReason={draft.removalProblem(groups, index)}
        aria-label={`Remove ${title}`}
      >
        Remove group
      </Button>
    </>
  );
}

function Actions(
  props: GroupCardProps & { readonly group: PlanGroup; readonly place: ActionPlace; readonly title: string },
) {
  const { groups, index, place, onChange } = props;
  const spot = { index, place };
  return (
    <ActionList
      title={props.title}
      actions={props.group[place]}
      onAdd={() => props.onEditAction(place, null)}
      onEdit={(position) => props.onEditAction(place, position)}
      onRemove={(position) => onChange(draft.removeAction(groups, index, place, position))}
      onShift={(position, direction) => onChange(draft.shiftAction(groups, spot, position, direction))}
      onPlace={(key, beforeKey) => {
        const action = actionOf(groups, key);
        const before = beforeKey === null ? null : actionOf(groups, beforeKey);
        if (action !== null) onChange(draft.placeAction(groups, action, spot, before));
      }}
    />
  );
}
