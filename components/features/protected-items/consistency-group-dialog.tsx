"use client";
import { useState } from "react";
import { useOperation } from "@/components/shell/use-operation";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { FormDialog } from "@/components/ui/form-dialog";
import { TextField } from "@/components/ui/text-field";
import { startOperation } from "@/lib/client/long-running";
import { consistencyGroupPath } from "@/lib/client/queries/recovery-points";
import type { ProtectedItemResource } from "@/lib/contract/protected-items";
import type { ConsistencyGroup } from "@/lib/contract/recovery-points";
import { GROUP_SIZE_MAX } from "@/lib/domain/consistency-groups";

interface Props {
  readonly item: ProtectedItemResource;
  /** The other protected machines of the site. */
  readonly neighbours: readonly ProtectedItemResource[];
  readonly group: ConsistencyGroup | null;
  readonly onClose: () => void;
}

/** Which machines are cut together with this one. */
export function ConsistencyGroupDialog({ item, neighbours, group, onClose }: Props) {
  const { run, isStarting, error } = useOperation();
  const [name, setName] = useState(group?.name ?? "");
  const [chosen, setChosen] = useState<ReadonlySet<string>>(
    () => new Set(group?.properties.members.map((member) => member.protectedItemId.toLowerCase()) ?? []),
  );
  const others = neighbours.filter((one) => chosen.has(one.id.toLowerCase()));
  const toggle = (id: string) =>
    setChosen((before) => {
      const after = new Set(before);
      if (!after.delete(id.toLowerCase())) after.add(id.toLowerCase());
      return after;
    });
  const reason =
    name.trim() === ""
      ? "Name the group first."
      : others.length === 0
        ? "Choose at least one other machine."
        : others.length >= GROUP_SIZE_MAX
          ? `A group has at most ${GROUP_SIZE_MAX} machines.`
          : null;
  const path = consistencyGroupPath(item, group?.name ?? name.trim());
  const save = () =>
    run({
      title: "Set consistency group",
      subject: group?.name ?? name.trim(),
      start: () =>
        startOperation("PUT", path, { properties: { protectedItemIds: [item.id, ...others.map((one) => one.id)] } }),
      onAccepted: onClose,
    });
  const dissolve = () =>
    run({
      title: "Dissolve consistency group",
      subject: group?.name ?? "",
      start: () => startOperation("DELETE", path),
      onAccepted: onClose,
    });
  return (
    <FormDialog
      title={`Consistency group of ${item.properties.friendlyName}`}
      submitLabel={group === null ? "Create group" : "Save group"}
      onSubmit={save}
      onClose={onClose}
      busy={isStarting}
      error={error}
      disabledReason={reason}
    >
      <p>
        From the next heartbeat on the host cuts these machines in one step, at each interval. A point counts as shared
        when every machine has its part of it in the vault.
      </p>
      {group === null ? (
        <TextField label="Name" hint="Letters, digits and hyphens." value={name} onChange={setName} isRequired />
      ) : null}
      <fieldset className="flex flex-col gap-2">
        <legend className="mb-1 font-medium">Machines cut together with {item.properties.friendlyName}</legend>
        {neighbours.map((one) => (
          <Checkbox key={one.id} isSelected={chosen.has(one.id.toLowerCase())} onChange={() => toggle(one.id)}>
            {one.properties.friendlyName}
            <Note other={one} group={group} />
          </Checkbox>
        ))}
      </fieldset>
      {group === null ? null : (
        <div>
          <Button onPress={dissolve} busy={isStarting}>
            Dissolve the group
          </Button>
        </div>
      )}
    </FormDialog>
  );
}

function Note({ other, group }: { readonly other: ProtectedItemResource; readonly group: ConsistencyGroup | null }) {
  const name = other.properties.providerSpecificDetails.multiVmGroupName;
  if (name === null || name.toLowerCase() === group?.name.toLowerCase()) return null;
  return <span className="block text-[0.8125rem] text-muted">in the group {name}: take it out there first</span>;
}
