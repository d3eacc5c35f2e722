"use client";
import { ArrowDown, ArrowUp, Plus, Server, Trash2 } from "lucide-react";
import { Button } from "@/components/ui/button";
import { IconButton } from "@/components/ui/icon-button";
import { TextLink } from "@/components/ui/text-link";
import type { PlanGroup } from "./plan-draft";
import { ActionList } from "./action-list";
import { groupTitle, neighbourGroup, removalProblem, type ActionPlace } from "./plan-draft";

export interface GroupCardProps {
  readonly groups: readonly PlanGroup[];
  readonly index: number;
  readonly nameOf: (machineId: string) => string;
  /** The machine's own page: its consoles and its evidence. */
  readonly hrefOf: (machineId: string) => string;
  readonly onAddMachines: () => void;
  readonly onMoveMachine: (id: string, toIndex: number) => void;
  readonly onRemoveMachine: (id: string) => void;
  readonly onRemoveGroup: () => void;
  readonly onEditAction: (place: ActionPlace, position: number | null) => void;
  readonly onRemoveAction: (place: ActionPlace, position: number) => void;
}

const serviceStep = { Shutdown: "the shutdown", Failover: "the failover", Boot: "the start" } as const;

/**
 * One group: its steps before, its machines (started in parallel), its steps after. The service's own two groups act on all
 * machines, so they have only steps.
 */
export function GroupCard(props: GroupCardProps) {
  const { groups, index } = props;
  const group = groups[index];
  if (group === undefined) return null;
  const title = groupTitle(groups, index);
  const isBoot = group.groupType === "Boot";
  const actionsAt = (place: ActionPlace, listTitle: string) => (
    <ActionList
      title={listTitle}
      actions={group[place]}
      onAdd={() => props.onEditAction(place, null)}
      onEdit={(position) => props.onEditAction(place, position)}
      onRemove={(position) => props.onRemoveAction(place, position)}
    />
  );
  return (
    <section aria-label={title} className="rounded-lg border border-line bg-surface">
      <header className="flex flex-wrap items-center gap-3 border-b border-line px-4 py-2.5">
        <h2 className="flex-1 text-[0.9375rem] font-semibold">{title}</h2>
        {isBoot ? (
          <>
            <Button size="small" icon={<Plus />} onPress={props.onAddMachines} aria-label={`Add machines to ${title}`}>
              Add machines
            </Button>
            <Button
              size="small"
              variant="quiet"
              icon={<Trash2 />}
              onPress={props.onRemoveGroup}
              disabledReason={removalProblem(groups, index)}
              aria-label={`Remove ${title}`}
            >
              Remove group
            </Button>
          </>
        ) : null}
      </header>
      {actionsAt("startGroupActions", isBoot ? `Before ${title}` : `Before ${serviceStep[group.groupType]}`)}
      {isBoot ? <MachineList {...props} group={group} title={title} /> : null}
      {actionsAt("endGroupActions", isBoot ? `After ${title}` : `After ${serviceStep[group.groupType]}`)}
    </section>
  );
}

function MachineList(props: GroupCardProps & { readonly group: PlanGroup; readonly title: string }) {
  const { groups, index, group } = props;
  const above = neighbourGroup(groups, index, -1);
  const below = neighbourGroup(groups, index, 1);
  if (group.replicationProtectedItems.length === 0)
    return <p className="border-y border-line px-4 py-3 text-muted">No machine in this group yet.</p>;
  return (
    <ul aria-label={`Machines of ${props.title}`} className="divide-y divide-line border-y border-line">
      {group.replicationProtectedItems.map(({ id }) => {
        const name = props.nameOf(id);
        return (
          <li key={id} className="flex items-center gap-2 py-1 pr-2 pl-4">
            <Server aria-hidden className="size-4 text-muted" />
            <span className="min-w-0 flex-1 break-words">
              <TextLink href={props.hrefOf(id)}>{name}</TextLink>
            </span>
            <MoveButton name={name} groups={groups} to={above} up onMove={(to) => props.onMoveMachine(id, to)} />
            <MoveButton name={name} groups={groups} to={below} onMove={(to) => props.onMoveMachine(id, to)} />
            <IconButton
              label={`Remove ${name} from the plan`}
              icon={<Trash2 />}
              onPress={() => props.onRemoveMachine(id)}
            />
          </li>
        );
      })}
    </ul>
  );
}

/** Keeps its place at the edge, so that the row does not jump under the pointer. */
function MoveButton(props: {
  readonly name: string;
  readonly groups: readonly PlanGroup[];
  readonly to: number | null;
  readonly up?: boolean;
  readonly onMove: (to: number) => void;
}) {
  const { to } = props;
  if (to === null) return <span aria-hidden className="size-8" />;
  return (
    <IconButton
      label={`Move ${props.name} to ${groupTitle(props.groups, to)}`}
      icon={props.up ? <ArrowUp /> : <ArrowDown />}
      onPress={() => props.onMove(to)}
    />
  );
}
