"use client";
import { ArrowDown, ArrowUp, Server, Trash2 } from "lucide-react";
import { ArrangeableList } from "@/components/ui/arrangeable-list";
import { IconButton } from "@/components/ui/icon-button";
import { TextLink } from "@/components/ui/text-link";
import type { GroupCardProps } from "./group-card-props";
import { groupTitle, neighbourGroup, placeMachine, removeMachine, type PlanGroup } from "./plan-draft";

type GroupMachinesProps = GroupCardProps & { readonly group: PlanGroup; readonly title: string };

/** The machines of a group, dragged within it and from group to group. */
export function GroupMachines(props: GroupMachinesProps) {
  const { groups, index } = props;
  return (
    <ArrangeableList
      label={`Machines of ${props.title}`}
      kind="machine"
      rows={props.group.replicationProtectedItems.map(({ id }) => ({
        key: id.toLowerCase(),
        text: props.nameOf(id),
        content: <MachineRow {...props} id={id} />,
      }))}
      onPlace={(key, beforeKey) => props.onChange(placeMachine(groups, key, index, beforeKey))}
      empty="No machine in this group yet. Add one, or drop one here."
      className="divide-y divide-line border-y border-line"
      rowClassName="py-1 pr-2 pl-3"
    />
  );
}

function MachineRow(props: GroupMachinesProps & { readonly id: string }) {
  const { groups, index, id } = props;
  const name = props.nameOf(id);
  return (
    <>
      <Server aria-hidden className="size-4 shrink-0 text-muted" />
      <span className="min-w-0 flex-1 wrap-anywhere">
        <TextLink href={props.hrefOf(id)}>{name}</TextLink>
      </span>
      <MoveButton {...props} name={name} to={neighbourGroup(groups, index, -1)} up />
      <MoveButton {...props} name={name} to={neighbourGroup(groups, index, 1)} />
      <IconButton
        label={`Remove ${name} from the plan`}
        icon={<Trash2 />}
        onPress={() => props.onChange(removeMachine(groups, id))}
      />
    </>
  );
}

/** Keeps its place at the edge, so that the row does not jump under the pointer. */
function MoveButton(
  props: GroupMachinesProps & {
    readonly id: string;
    readonly name: string;
    readonly to: number | null;
    readonly up?: boolean;
  },
) {
  const { groups, to } = props;
  if (to === null) return <span aria-hidden className="size-8 shrink-0" />;
  return (
    <IconButton
      label={`Move ${props.name} to ${groupTitle(groups, to)}`}
      icon={props.up ? <ArrowUp /> : <ArrowDown />}
      onPress={() => props.onChange(placeMachine(groups, props.id, to, null))}
    />
  );
}
