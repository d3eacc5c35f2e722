"use client";
import { useQuery } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { MessageBar } from "@/components/ui/message-bar";
import { nameInId, pages } from "@/lib/client/paths";
import { protectedItemsQuery } from "@/lib/client/queries/protected-items";
import { planGroupsMaxOf, planSettingsQuery } from "@/lib/client/queries/recovery-plans";
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

/** The groups of a plan, to be changed by dragging, by buttons and by keyboard; nothing is sent before the draft is saved. */
export function PlanEditor(props: {
  readonly vaultName: string;
  readonly plan: RecoveryPlanResource;
  readonly groups: readonly PlanGroup[];
  readonly onChange: (groups: readonly PlanGroup[]) => void;
}) {
  const { groups, onChange } = props;
  const items = useQuery(protectedItemsQuery(props.vaultName)).data ?? [];
  const groupsMax = planGroupsMaxOf(useQuery(planSettingsQuery(props.vaultName)).data);
  const [open, setOpen] = useState<Open | null>(null);
  const problems = draft.draftProblems(groups);
  const close = () => setOpen(null);
  const change = (next: readonly PlanGroup[]) => {
    close();
    onChange(next);
  };
  return (
    <div className="flex flex-col gap-4">
      <p className="text-muted">
        The groups run one after the other, the machines of a group together, the actions one by one. Drag groups,
        machines and actions by their handles, or press Enter on a handle and use Tab and the arrow keys.
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
          onChange={change}
          onAddMachines={() => setOpen({ panel: "machines", index })}
          onEditAction={(place, position) => setOpen({ panel: "action", index, place, position })}
        />
      ))}
      <span>
        <Button
          icon={<Plus />}
          onPress={() => change(draft.addGroup(groups, groupsMax))}
          disabledReason={
            draft.bootGroupIndexes(groups).length >= groupsMax
              ? `A plan of this vault has at most ${groupsMax} groups. Plan settings, on the list of plans, can allow more.`
              : null
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
          onClose={close}
        />
      ) : null}
      {open?.panel === "action" ? (
        <ActionPanel
          place={`${open.place === "startGroupActions" ? "before" : "after"} ${draft.groupTitle(groups, open.index)}`}
          action={open.position === null ? null : (groups[open.index]?.[open.place][open.position] ?? null)}
          takenNames={draft.otherActionNames(groups, open.index, open.place, open.position)}
          isShutdown={groups[open.index]?.groupType === "Shutdown"}
          onSave={(action) => change(draft.putAction(groups, open.index, open.place, action, open.position))}
          onClose={close}
        />
      ) : null}
    </div>
  );
}
