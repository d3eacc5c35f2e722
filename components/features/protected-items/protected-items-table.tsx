"use client";
import { useQueries, useQuery } from "@tanstack/react-query";
import { Shield } from "lucide-react";
import { useState, type ReactNode } from "react";
import { DataTable, type TableColumn } from "@/components/ui/data-table";
import { EmptyState } from "@/components/ui/empty-state";
import { Loading } from "@/components/ui/loading";
import { ErrorBar } from "@/components/ui/message-bar";
import { Select } from "@/components/ui/select";
import { StatusBadge } from "@/components/ui/status-badge";
import { toArmError } from "@/lib/client/arm-error";
import { pages } from "@/lib/client/paths";
import { policiesQuery, policyOf } from "@/lib/client/queries/policies";
import { protectionGroupsQuery } from "@/lib/client/queries/protectable-items";
import { fabricOf, protectedItemsQuery, replicationQuery } from "@/lib/client/queries/protected-items";
import type { ProtectedItemResource } from "@/lib/contract/protected-items";
import type { ContainerMappingResource } from "@/lib/contract/policies";
import type { ReplicationView } from "@/lib/contract/portal";
import { directionText, healthText, healthTone, isFailedOver, locationText, stateText, stateTone } from "./item-state";
import { LiveRpo } from "./live-rpo";
import { thresholdSeconds } from "./policy-settings";
import { ReplicationCell } from "./replication-status";

interface Row {
  readonly item: ProtectedItemResource;
  readonly replication: ReplicationView | undefined;
  readonly measuredAtMs: number;
  readonly thresholdSeconds: number | null;
}

const columns: readonly TableColumn<Row>[] = [
  {
    key: "name",
    header: "Machine",
    cell: ({ item }) => item.properties.friendlyName,
    sortValue: ({ item }) => item.properties.friendlyName,
  },
  {
    key: "state",
    header: "State",
    cell: ({ item }) => <StatusBadge tone={stateTone(item)}>{stateText(item)}</StatusBadge>,
    sortValue: ({ item }) => stateText(item),
  },
  {
    key: "health",
    header: "Health",
    hideBelow: "md",
    cell: ({ item }) => (
      <StatusBadge tone={healthTone(item.properties.replicationHealth)}>
        {healthText(item.properties.replicationHealth)}
      </StatusBadge>
    ),
    sortValue: ({ item }) => item.properties.replicationHealth ?? "",
  },
  {
    key: "location",
    header: "Active location",
    hideBelow: "lg",
    cell: ({ item }) => (
      <>
        {locationText(item.properties.activeLocation)}
        <span className="block text-[0.8125rem] text-muted">Direction: {directionText(item)}</span>
      </>
    ),
    sortValue: ({ item }) => item.properties.activeLocation,
  },
  {
    key: "rpo",
    header: "RPO",
    align: "end",
    cell: ({ item, ...figures }) => (isFailedOver(item) ? "–" : <LiveRpo {...figures} />),
  },
  {
    key: "replication",
    header: "Replication",
    hideBelow: "sm",
    cell: ({ item, replication }) =>
      isFailedOver(item) ? (
        <StatusBadge tone="idle">Failed over</StatusBadge>
      ) : (
        <ReplicationCell replication={replication} />
      ),
  },
];

const ALL = "";

/** The policy and the site that a protection group pairs tell which items are in it. */
const isInGroup = (group: ContainerMappingResource) => (item: ProtectedItemResource) =>
  group.id.toLowerCase().includes(`/replicationfabrics/${fabricOf(item).toLowerCase()}/`) &&
  group.properties.policyId.toLowerCase() === (item.properties.policyId ?? "").toLowerCase();

export function ProtectedItemsTable(props: {
  readonly vaultName: string;
  /** What to do when nothing is protected yet. */
  readonly emptyAction: ReactNode;
}) {
  const { vaultName } = props;
  const [groupId, setGroupId] = useState(ALL);
  const items = useQuery(protectedItemsQuery(vaultName));
  const groups = useQuery(protectionGroupsQuery(vaultName)).data ?? [];
  const policies = useQuery(policiesQuery(vaultName)).data;
  const list = items.data ?? [];
  const replications = useQueries({ queries: list.map((item) => replicationQuery(vaultName, item)) });
  if (items.error && items.data === undefined) return <ErrorBar error={toArmError(items.error)} />;
  if (items.data === undefined) return <Loading what="protected items" />;
  const group = groups.find((one) => one.id === groupId);
  const rows = list
    .map((item, index) => ({
      item,
      replication: replications[index]?.data,
      measuredAtMs: replications[index]?.dataUpdatedAt ?? 0,
      thresholdSeconds: thresholdSeconds(policyOf(policies, item)),
    }))
    .filter(({ item }) => group === undefined || isInGroup(group)(item));
  return (
    <div className="flex flex-col gap-4">
      {list.length > 0 ? <GroupFilter groups={groups} value={groupId} onChange={setGroupId} /> : null}
      <DataTable
        label="Protected items"
        columns={columns}
        rows={rows}
        rowKey={({ item }) => item.id}
        rowText={({ item }) => item.properties.friendlyName}
        href={({ item }) => pages.protectedItem(vaultName, item.name)}
        empty={
          <EmptyState icon={<Shield />} title="No machine is protected here yet" actions={props.emptyAction}>
            Enable protection for machines of a registered site: they are replicated into this vault and can then be
            failed over.
          </EmptyState>
        }
      />
    </div>
  );
}

function GroupFilter(props: {
  readonly groups: readonly ContainerMappingResource[];
  readonly value: string;
  readonly onChange: (value: string) => void;
}) {
  const options = props.groups.map((group) => ({
    value: group.id,
    label: group.name,
    hint: `${group.properties.sourceFabricFriendlyName}, ${group.properties.policyFriendlyName}`,
  }));
  return (
    <Select
      label="Protection group"
      options={[{ value: ALL, label: "All protection groups" }, ...options]}
      value={props.value}
      onChange={props.onChange}
      className="w-72 max-w-full"
    />
  );
}
