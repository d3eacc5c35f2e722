/** Between the database's rows and the domain's nouns. JSON columns were written by us; their types are the domain's. */
import type * as domain from "@/lib/domain/entities";
import { nameKey } from "@/lib/domain/names";
import { DEFAULT_RESYNCHRONIZATION, type Resynchronization } from "@/lib/domain/resynchronization";
import type { ReplicationCycle, ReplicationHour } from "@/lib/domain/replication-history";
import type * as db from "../../../prisma/generated/client";

export const scopeKey = (scope: { readonly subscriptionId: string; readonly resourceGroup: string }) =>
  `${nameKey(scope.subscriptionId)}/${nameKey(scope.resourceGroup)}`;

const parse = <T>(json: string): T => JSON.parse(json) as T;
const parseOrNull = <T>(json: string | null): T | null => (json === null ? null : parse<T>(json));
const stringifyOrNull = (value: unknown) => (value === null ? null : JSON.stringify(value));

/** JSON columns among changes: only what is given is written. */
export function jsonChange<K extends string>(column: K, value: unknown): Partial<Record<K, string>> {
  return value === undefined ? {} : ({ [column]: JSON.stringify(value) } as Partial<Record<K, string>>);
}

export const vaultRow = {
  from: ({ seq: _seq, subscriptionKey: _sub, scopeKey: _scope, nameKey: _key, tagsJson, ...row }: db.Vault) =>
    ({ ...row, state: row.state as domain.Vault["state"], tags: parse(tagsJson) }) satisfies domain.Vault,
  to: ({ tags, ...vault }: domain.Vault) => ({
    ...vault,
    subscriptionKey: nameKey(vault.subscriptionId),
    scopeKey: scopeKey(vault),
    nameKey: nameKey(vault.name),
    tagsJson: JSON.stringify(tags),
  }),
};

export const fabricRow = {
  from: ({ seq: _seq, nameKey: _key, ...row }: db.Fabric): domain.Fabric => ({
    ...row,
    kind: row.kind as domain.Fabric["kind"],
  }),
  to: (fabric: domain.Fabric) => ({ ...fabric, nameKey: nameKey(fabric.name) }),
};

export const providerRow = {
  from: ({ seq: _seq, nameKey: _key, inventoryJson, ...row }: db.Provider): domain.Provider => ({
    ...row,
    inventory: parse(inventoryJson),
  }),
  to: ({ inventory, ...provider }: domain.Provider) => ({
    ...provider,
    nameKey: nameKey(provider.name),
    inventoryJson: JSON.stringify(inventory),
  }),
};

export const policyRow = {
  from: ({ seq: _seq, nameKey: _key, ...row }: db.Policy): domain.Policy => ({
    ...row,
    provider: row.provider as domain.Policy["provider"],
  }),
  to: (policy: domain.Policy) => ({ ...policy, nameKey: nameKey(policy.name) }),
};

export const mappingRow = {
  from: ({ seq: _seq, nameKey: _key, ...row }: db.ContainerMapping): domain.ContainerMapping => row,
  to: (mapping: domain.ContainerMapping) => ({ ...mapping, nameKey: nameKey(mapping.name) }),
};

export const itemRow = {
  from: ({ seq: _seq, nameKey: _key, ...row }: db.ProtectedItem): domain.ProtectedItem => {
    const { diskIdsJson, targetJson, replicationErrorJson, evidenceJson, ...rest } = row;
    return {
      ...rest,
      state: rest.state as domain.ProtectedItem["state"],
      testFailoverState: rest.testFailoverState as domain.ProtectedItem["testFailoverState"],
      activeLocation: rest.activeLocation as domain.ProtectedItem["activeLocation"],
      diskIds: parse(diskIdsJson),
      target: parse(targetJson),
      replicationError: parseOrNull(replicationErrorJson),
      evidence: parse(evidenceJson),
    };
  },
  to: ({ diskIds, target, replicationError, evidence, ...item }: domain.ProtectedItem) => ({
    ...item,
    nameKey: nameKey(item.name),
    diskIdsJson: JSON.stringify(diskIds),
    targetJson: JSON.stringify(target),
    replicationErrorJson: stringifyOrNull(replicationError),
    evidenceJson: JSON.stringify(evidence),
  }),
};

export const resynchronizationRow = {
  from: (row: db.Resynchronization | null): Resynchronization =>
    row === null
      ? DEFAULT_RESYNCHRONIZATION
      : { settings: parse(row.settingsJson), flag: parseOrNull(row.flagJson), last: parseOrNull(row.lastJson) },
  to: ({ settings, flag, last }: Resynchronization) => ({
    settingsJson: JSON.stringify(settings),
    flagJson: stringifyOrNull(flag),
    lastJson: stringifyOrNull(last),
  }),
};

export const pointRow = {
  from: ({
    seq: _seq,
    groupStamp: _stamp,
    fromReplica,
    disksJson,
    ordersJson,
    quiesceProblemJson,
    groupJson,
    ...row
  }: db.RecoveryPoint): domain.RecoveryPoint => {
    return {
      ...row,
      ...(fromReplica ? { fromReplica } : {}),
      quiesceProblem: parseOrNull(quiesceProblemJson),
      group: parseOrNull(groupJson),
      kind: row.kind as domain.RecoveryPoint["kind"],
      disks: parse(disksJson),
      orders: parseOrNull(ordersJson),
      sourceBytesRead: Number(row.sourceBytesRead),
      changedBytes: Number(row.changedBytes),
      storedBytes: Number(row.storedBytes),
    };
  },
  to: ({ disks, orders, quiesceProblem, group, ...point }: domain.RecoveryPoint) => ({
    ...point,
    quiesceProblemJson: stringifyOrNull(quiesceProblem),
    groupStamp: group?.stamp ?? null,
    groupJson: stringifyOrNull(group),
    disksJson: JSON.stringify(disks),
    ordersJson: stringifyOrNull(orders),
    sourceBytesRead: BigInt(point.sourceBytesRead),
    changedBytes: BigInt(point.changedBytes),
    storedBytes: BigInt(point.storedBytes),
  }),
};

const COUNTED = ["sourceBytesRead", "changedBytes", "sentBytes"] as const;

export const cycleRow = {
  from: ({ seq: _seq, ...row }: db.ReplicationCycle): ReplicationCycle => ({
    ...row,
    ...numbers(row, COUNTED),
    kind: row.kind as ReplicationCycle["kind"],
    writeLogBytes: row.writeLogBytes === null ? null : Number(row.writeLogBytes),
  }),
  to: (cycle: ReplicationCycle) => ({
    ...cycle,
    ...bigInts(cycle, COUNTED),
    writeLogBytes: cycle.writeLogBytes === null ? null : BigInt(cycle.writeLogBytes),
  }),
};

const COUNTED_BY_HOUR = [...COUNTED, "writeLogBytesMax"] as const;

export const hourRow = {
  from: ({ seq: _seq, ...row }: db.ReplicationHour): ReplicationHour => ({ ...row, ...numbers(row, COUNTED_BY_HOUR) }),
  to: (hour: ReplicationHour) => ({ ...hour, ...bigInts(hour, COUNTED_BY_HOUR) }),
};

function numbers<Key extends string>(row: Readonly<Record<Key, bigint>>, keys: readonly Key[]): Record<Key, number> {
  return Object.fromEntries(keys.map((key) => [key, Number(row[key])])) as Record<Key, number>;
}

function bigInts<Key extends string>(row: Readonly<Record<Key, number>>, keys: readonly Key[]): Record<Key, bigint> {
  return Object.fromEntries(keys.map((key) => [key, BigInt(row[key])])) as Record<Key, bigint>;
}

export const planRow = {
  from: ({ seq: _seq, nameKey: _key, groupsJson, ...row }: db.RecoveryPlan): domain.RecoveryPlan => ({
    ...row,
    groups: parse(groupsJson),
  }),
  to: ({ groups, ...plan }: domain.RecoveryPlan) => ({
    ...plan,
    nameKey: nameKey(plan.name),
    groupsJson: JSON.stringify(groups),
  }),
};

export const machineRow = {
  from: ({ seq: _seq, disksJson, ...row }: db.DeployedMachine): domain.DeployedMachine => ({
    ...row,
    purpose: row.purpose as domain.DeployedMachine["purpose"],
    state: row.state as domain.DeployedMachine["state"],
    disks: parse(disksJson),
  }),
  to: ({ disks, ...machine }: domain.DeployedMachine) => ({ ...machine, disksJson: JSON.stringify(disks) }),
};

export const networkRow = {
  from: ({ seq: _seq, nameKey: _key, scopeKey: _scope, subnetsJson, ...row }: db.VirtualNetwork) =>
    ({ ...row, subnets: parse(subnetsJson) }) satisfies domain.VirtualNetwork,
  to: ({ subnets, ...network }: domain.VirtualNetwork) => ({
    ...network,
    scopeKey: scopeKey(network),
    nameKey: nameKey(network.name),
    subnetsJson: JSON.stringify(subnets),
  }),
};

export const accountRow = {
  from: ({ seq: _seq, nameKey: _key, scopeKey: _scope, blobJson, ...row }: db.StorageAccount) => ({
    ...row,
    blob: blobJson === null ? null : (JSON.parse(blobJson) as domain.BlobBacking),
  }),
  to: ({ blob, ...account }: domain.StorageAccount) => ({
    ...account,
    blobJson: blob && JSON.stringify(blob),
    scopeKey: scopeKey(account),
    nameKey: nameKey(account.name),
  }),
};

export const eventRow = {
  from: ({ seq: _seq, ...row }: db.VaultEvent): domain.VaultEvent => ({
    ...row,
    type: row.type as domain.VaultEvent["type"],
    severity: row.severity as domain.VaultEvent["severity"],
  }),
  to: (event: domain.VaultEvent) => ({ ...event }),
};
