"use client";
import { useQuery } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { MessageBar } from "@/components/ui/message-bar";
import { nameInId, pages } from "@/lib/client/paths";
import { protectedItemsQuery } from "@/lib/client/queries/protected-items";
import type { RecoveryPlanResource } from "@/lib/contract/recovery-plans";
import type { PlanGroup } from "./plan-draft";
import { ActionPanel } from "./action-panel";
import { AddMachinesPanel } from "./add-machines-panel";
import { GroupCard } from "./group-card";
import * as draft from "./plan-draft";
import { machineName, machinesToAdd } from "./plan-machines";

type Open =
  | { readonly panel: "machines"; readonly index: number }
  | {
      readonly panel: "action";
      readonly index: number;
      readonly place: draft.ActionPlace;
      readonly position: number | null;
    };

/** The groups of a plan, to be changed by buttons and keyboard; nothing is sent before the draft is saved. */
export function PlanEditor(props: {
  readonly vaultName: string;
  readonly plan: RecoveryPlanResource;
  readonly groups: readonly PlanGroup[];
  readonly onChange: (groups: readonly PlanGroup[]) => void;
}) {
  const { groups, onChange } = props;
  const items = useQuery(protectedItemsQuery(props.vaultName)).data ?? [];
  const [open, setOpen] = useState<Open | null>(null);
  const boots = draft.bootGroupIndexes(groups);
  const problems = draft.draftProblems(groups);
  const change = (next: readonly PlanGroup[]) => {
    setOpen(null);
    onChange(next);
  };
  return (
    <div className="flex flex-col gap-4">
      <p className="text-muted">
        A planned failover first shuts down all machines and prepares their disks; then the groups start one after the
        other, the machines of a group together.
      </p>
      {problems.map((problem) => (
        <MessageBar key={problem} tone="warning" title={problem} />
      ))}
      {groups.map((_, index) => (
        <GroupCard
          key={index}
          groups={groups}
          index={index}
          nameOf={(id) => machineName(items, id)}
          hrefOf={(id) => pages.protectedItem(props.vaultName, nameInId(id, "replicationProtectedItems") ?? id)}
          onAddMachines={() => setOpen({ panel: "machines", index })}
          onMoveMachine={(id, to) => change(draft.moveMachine(groups, id, to))}
          onRemoveMachine={(id) => change(draft.removeMachine(groups, id))}
          onRemoveGroup={() => change(draft.removeGroup(groups, index))}
          onEditAction={(place, position) => setOpen({ panel: "action", index, place, position })}
          onRemoveAction={(place, position) => change(draft.removeAction(groups, index, place, position))}
        />
      ))}
      <span>
        <Button
          icon={<Plus />}
          onPress={() => change(draft.addGroup(groups))}
          disabledReason={
            boots.length >= draft.MAX_BOOT_GROUPS ? `A plan has at most ${draft.MAX_BOOT_GROUPS} groups.` : null
          }
        >
          Add group
        </Button>
      </span>
      {open?.panel === "machines" ? (
        <AddMachinesPanel
          groupTitle={draft.groupTitle(groups, open.index)}
          machines={machinesToAdd(items, props.plan.properties.primaryFabricId, groups)}
          onAdd={(machines) => change(draft.addMachines(groups, open.index, machines))}
          onClose={() => setOpen(null)}
        />
      ) : null}
      {open?.panel === "action" ? (
        <ActionPanel
          place={`${open.place === "startGroupActions" ? "before" : "after"} ${draft.groupTitle(groups, open.index)}`}
          action={open.position === null ? null : (groups[open.index]?.[open.place][open.position] ?? null)}
          onSave={(action) => change(draft.putAction(groups, open.index, open.place, action, open.position))}
          onClose={() => setOpen(null)}
        />
      ) : null}
    </div>
  );
}
