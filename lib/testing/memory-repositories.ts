/** In-memory twin of lib/adapters/persistence: the same contract suite runs over both (repositories-contract.ts). */
import type {
  ContainerMapping,
  DeployedMachine,
  Fabric,
  Policy,
  ProtectedItem,
  Provider,
  RecoveryPlan,
  RecoveryPoint,
  RegistrationKey,
  StorageAccount,
  Vault,
  VaultEvent,
  VirtualNetwork,
} from "@/lib/domain/entities";
import { hasDrillRunEnded, type Drill, type DrillRun } from "@/lib/domain/drill";
import type { EvidenceSettings } from "@/lib/domain/evidence-settings";
import type { EvidenceNote, FailoverRecord } from "@/lib/domain/failover-record";
import type { RecoveryPointLock, VaultSample } from "@/lib/domain/space";
import { addToHour, hourOf, type ReplicationCycle, type ReplicationHour } from "@/lib/domain/replication-history";
import type { BandwidthSettings } from "@/lib/domain/bandwidth";
import { DEFAULT_RESYNCHRONIZATION, type Resynchronization } from "@/lib/domain/resynchronization";
import { nameKey, sameName } from "@/lib/domain/names";
import { automationRepositories } from "./memory-automation";
import { Table } from "./memory-table";
import { revisionChangedRefusal } from "@/lib/operations/ports/repository-refusals";
import type { Repositories, ResourceGroupScope } from "@/lib/operations/ports/repositories";

const copy = <T>(value: T): T => structuredClone(value);
const copyOrNull = <T>(value: T | undefined): T | null => (value === undefined ? null : copy(value));

const inScope = (scope: ResourceGroupScope) => (row: ResourceGroupScope) =>
  sameName(row.subscriptionId, scope.subscriptionId) && sameName(row.resourceGroup, scope.resourceGroup);

interface Tables {
  readonly vaults: Table<Vault>;
  readonly fabrics: Table<Fabric>;
  readonly registrationKeys: Map<string, RegistrationKey>;
  readonly bandwidth: Map<string, BandwidthSettings>;
  readonly resynchronizations: Map<string, Resynchronization>;
  readonly providers: Table<Provider>;
  readonly policies: Table<Policy>;
  readonly mappings: Table<ContainerMapping>;
  readonly items: Table<ProtectedItem>;
  readonly points: Table<RecoveryPoint>;
  readonly cycles: ReplicationCycle[];
  readonly locks: Map<string, RecoveryPointLock>;
  readonly samples: Map<string, VaultSample>;
  readonly records: Map<string, FailoverRecord>;
  readonly evidenceSettings: Map<string, { readonly vaultId: string; readonly settings: EvidenceSettings }>;
  readonly evidenceNotes: Map<string, EvidenceNote>;
  readonly drills: Table<Drill>;
  readonly drillRuns: Table<DrillRun>;
  readonly plans: Table<RecoveryPlan>;
  readonly machines: Table<DeployedMachine>;
  readonly networks: Table<VirtualNetwork & { id: string }>;
  readonly accounts: Table<StorageAccount & { id: string }>;
  readonly events: Table<VaultEvent>;
}

export function createMemoryRepositories(): Repositories {
  const tables: Tables = {
    vaults: new Table("vault", (v) => [[v.subscriptionId, v.resourceGroup, v.name].map(nameKey).join("/")]),
    fabrics: new Table("site", (f) => [`${f.vaultId}/${nameKey(f.name)}`, `id:${f.internalIdentifier}`]),
    registrationKeys: new Map(),
    bandwidth: new Map(),
    resynchronizations: new Map(),
    providers: new Table("host", (p) => [`${p.fabricId}/${nameKey(p.name)}`, `sha:${p.certificateSha256}`]),
    policies: new Table("policy", (p) => [`${p.vaultId}/${nameKey(p.name)}`]),
    mappings: new Table("protection group", (m) => [`${m.fabricId}/${nameKey(m.name)}`]),
    items: new Table("protected item", (i) => [
      `${i.fabricId}/${nameKey(i.name)}`,
      `${i.fabricId}/machine:${i.machineId}`,
    ]),
    points: new Table("recovery point", (p) => [`${p.protectedItemId}/${p.objectName}`]),
    cycles: [],
    locks: new Map(),
    samples: new Map(),
    records: new Map(),
    evidenceSettings: new Map(),
    evidenceNotes: new Map(),
    drills: new Table("drill", (d) => [`${d.vaultId}/${nameKey(d.name)}`]),
    drillRuns: new Table("run of a drill", (r) => [`${r.drillId}/${r.occurrence}`]),
    plans: new Table("recovery plan", (p) => [`${p.vaultId}/${nameKey(p.name)}`]),
    machines: new Table("virtual machine", () => []),
    networks: new Table("virtual network", (n) => [n.id]),
    accounts: new Table("storage account", (a) => [a.id]),
    events: new Table("event", () => []),
  };
  return {
    ...{ ...ofSites(tables), ...ofProtection(tables), ...ofRegion(tables), ...ofSpace(tables), ...ofRecords(tables) },
    ...ofDrills(tables),
    ...automationRepositories(),
  };
}

function deleteFabric(tables: Tables, id: string): void {
  tables.fabrics.delete(id);
  tables.registrationKeys.delete(id);
  tables.bandwidth.delete(id);
  tables.providers.deleteWhere((row) => row.fabricId === id);
  tables.mappings.deleteWhere((row) => row.fabricId === id);
  for (const item of tables.items.all((row) => row.fabricId === id)) deleteItem(tables, item.id);
}

function deleteItem(tables: Tables, id: string): void {
  tables.items.delete(id);
  tables.resynchronizations.delete(id);
  tables.points.deleteWhere((row) => row.protectedItemId === id);
  tables.cycles.splice(0, Infinity, ...tables.cycles.filter((row) => row.protectedItemId !== id));
}

function deleteDrill(tables: Tables, id: string): void {
  tables.drills.delete(id);
  tables.drillRuns.deleteWhere((row) => row.drillId === id);
}

function deleteVault(tables: Tables, id: string): void {
  tables.vaults.delete(id);
  for (const [key, sample] of tables.samples) if (sample.vaultId === id) tables.samples.delete(key);
  for (const record of tables.records.values()) if (record.vaultId === id) tables.records.delete(record.id);
  for (const [owner, { vaultId }] of tables.evidenceSettings) if (vaultId === id) tables.evidenceSettings.delete(owner);
  for (const note of tables.evidenceNotes.values()) if (note.vaultId === id) tables.evidenceNotes.delete(note.id);
  for (const drill of tables.drills.all((row) => row.vaultId === id)) deleteDrill(tables, drill.id);
  for (const fabric of tables.fabrics.all((row) => row.vaultId === id)) deleteFabric(tables, fabric.id);
  tables.policies.deleteWhere((row) => row.vaultId === id);
  tables.plans.deleteWhere((row) => row.vaultId === id);
  tables.machines.deleteWhere((row) => row.vaultId === id);
  tables.events.deleteWhere((row) => row.vaultId === id);
}

function ofSites(
  tables: Tables,
): Pick<
  Repositories,
  "vaults" | "fabrics" | "registrationKeys" | "bandwidth" | "providers" | "policies" | "containerMappings"
> {
  const { vaults, fabrics, registrationKeys, providers, policies, mappings } = tables;
  return {
    vaults: {
      insert: async (vault) => vaults.insert(vault, vault.name),
      get: async (id) => vaults.get(id),
      find: async (scope, name) => vaults.first((row) => inScope(scope)(row) && sameName(row.name, name)),
      list: async ({ subscriptionId, resourceGroup }) =>
        vaults.all(
          (row) =>
            sameName(row.subscriptionId, subscriptionId) &&
            (resourceGroup === null || sameName(row.resourceGroup, resourceGroup)),
        ),
      listAll: async () => vaults.all(() => true),
      update: async (id, changes) => vaults.update(id, changes),
      delete: async (id) => deleteVault(tables, id),
    },
    fabrics: {
      insert: async (fabric) => fabrics.insert(fabric, fabric.name),
      get: async (id) => fabrics.get(id),
      find: async (vaultId, name) => fabrics.first((row) => row.vaultId === vaultId && sameName(row.name, name)),
      findByInternalIdentifier: async (id) => fabrics.first((row) => row.internalIdentifier === id),
      list: async (vaultId) => fabrics.all((row) => row.vaultId === vaultId),
      delete: async (id) => deleteFabric(tables, id),
    },
    registrationKeys: {
      put: async (key) => void registrationKeys.set(key.fabricId, copy(key)),
      get: async (fabricId) => copyOrNull(registrationKeys.get(fabricId)),
    },
    bandwidth: {
      put: async (fabricId, settings) => void tables.bandwidth.set(fabricId, copy(settings)),
      get: async (fabricId) => copyOrNull(tables.bandwidth.get(fabricId)),
    },
    providers: {
      insert: async (provider) => providers.insert(provider, provider.name),
      get: async (id) => providers.get(id),
      find: async (fabricId, name) => providers.first((row) => row.fabricId === fabricId && sameName(row.name, name)),
      findByCertificate: async (sha256) => providers.first((row) => row.certificateSha256 === sha256),
      listByVault: async (vaultId) => providers.all((row) => row.vaultId === vaultId),
      listByFabric: async (fabricId) => providers.all((row) => row.fabricId === fabricId),
      update: async (id, changes) => providers.update(id, changes),
      delete: async (id) => providers.delete(id),
    },
    policies: {
      insert: async (policy) => policies.insert(policy, policy.name),
      get: async (id) => policies.get(id),
      find: async (vaultId, name) => policies.first((row) => row.vaultId === vaultId && sameName(row.name, name)),
      list: async (vaultId) => policies.all((row) => row.vaultId === vaultId),
      update: async (id, changes) => policies.update(id, changes),
      delete: async (id) => policies.delete(id),
    },
    containerMappings: {
      insert: async (mapping) => mappings.insert(mapping, mapping.name),
      get: async (id) => mappings.get(id),
      find: async (fabricId, name) => mappings.first((row) => row.fabricId === fabricId && sameName(row.name, name)),
      listByVault: async (vaultId) => mappings.all((row) => row.vaultId === vaultId),
      listByFabric: async (fabricId) => mappings.all((row) => row.fabricId === fabricId),
      update: async (id, changes) => mappings.update(id, changes),
      delete: async (id) => mappings.delete(id),
    },
  };
}

type Held = { readonly id: string; readonly heldByJobId: string | null; readonly revision: number };

/** Optimistic writes and the hold of a job, as protected items and recovery plans have them. */
function revisioned<T extends Held>(table: Table<T>) {
  return {
    async update(id: string, expectedRevision: number, changes: Partial<T>): Promise<T> {
      const row = table.get(id);
      if (row && row.revision !== expectedRevision) throw revisionChangedRefusal(id);
      return table.update(id, { ...changes, revision: expectedRevision + 1 });
    },
    async hold(id: string, jobId: string): Promise<boolean> {
      const row = table.get(id);
      if (!row || (row.heldByJobId !== null && row.heldByJobId !== jobId)) return false;
      table.update(id, { heldByJobId: jobId } as Partial<T>);
      return true;
    },
    async release(id: string, jobId: string): Promise<void> {
      if (table.get(id)?.heldByJobId === jobId) table.update(id, { heldByJobId: null } as Partial<T>);
    },
  };
}

function ofProtection(
  tables: Tables,
): Pick<
  Repositories,
  "protectedItems" | "resynchronizations" | "recoveryPoints" | "replicationHistory" | "recoveryPlans" | "events"
> {
  const { items, points, cycles, plans, events } = tables;
  const oldestFirst = (a: RecoveryPoint, b: RecoveryPoint) => a.at.localeCompare(b.at);
  const pointsOf = (itemId: string) => points.all((row) => row.protectedItemId === itemId).sort(oldestFirst);
  return {
    protectedItems: {
      ...revisioned(items),
      insert: async (item) => items.insert(item, item.name),
      get: async (id) => items.get(id),
      find: async (fabricId, name) => items.first((row) => row.fabricId === fabricId && sameName(row.name, name)),
      findByMachine: async (fabricId, machineId) =>
        items.first((row) => row.fabricId === fabricId && row.machineId === machineId),
      listByVault: async (vaultId) => items.all((row) => row.vaultId === vaultId),
      listByFabric: async (fabricId) => items.all((row) => row.fabricId === fabricId),
      listByProvider: async (providerId) => items.all((row) => row.providerId === providerId),
      listByPolicy: async (policyId) => items.all((row) => row.policyId === policyId),
      delete: async (id) => deleteItem(tables, id),
    },
    resynchronizations: {
      get: async (itemId) => copy(tables.resynchronizations.get(itemId) ?? DEFAULT_RESYNCHRONIZATION),
      async change(itemId, decide) {
        const current = copy(tables.resynchronizations.get(itemId) ?? DEFAULT_RESYNCHRONIZATION);
        const wanted = decide(current);
        if (wanted !== null) tables.resynchronizations.set(itemId, copy(wanted));
        return copy(wanted ?? current);
      },
    },
    recoveryPoints: {
      async insert(point) {
        const known = points.first(
          (row) => row.protectedItemId === point.protectedItemId && row.objectName === point.objectName,
        );
        if (known) return known;
        points.insert(point, point.objectName);
        return copy(point);
      },
      get: async (id) => points.get(id),
      list: async (itemId) => pointsOf(itemId),
      newest: async (itemId) => pointsOf(itemId).at(-1) ?? null,
      newestOf: async (itemId, count) => pointsOf(itemId).reverse().slice(0, count),
      newestQuiesced: async (itemId) =>
        pointsOf(itemId).findLast((row) => row.kind === "ApplicationConsistent" || row.quiesceProblem !== null) ?? null,
      listByGroupStamp: async (stamp) => points.all((row) => row.group?.stamp === stamp),
      delete: async (id) => points.delete(id),
    },
    replicationHistory: historyOf(cycles),
    recoveryPlans: {
      ...revisioned(plans),
      insert: async (plan) => plans.insert(plan, plan.name),
      get: async (id) => plans.get(id),
      find: async (vaultId, name) => plans.first((row) => row.vaultId === vaultId && sameName(row.name, name)),
      list: async (vaultId) => plans.all((row) => row.vaultId === vaultId),
      delete: async (id) => plans.delete(id),
    },
    events: {
      insert: async (event) => events.insert(event, event.id),
      get: async (id) => events.get(id),
      list: async (vaultId, { take }) =>
        events
          .all((row) => row.vaultId === vaultId)
          .reverse()
          .sort((a, b) => b.at.localeCompare(a.at))
          .slice(0, take),
    },
  };
}

/** Only cycles are kept: the hours follow from all that there ever were, dropped or not. */
function historyOf(cycles: ReplicationCycle[]): Repositories["replicationHistory"] {
  const keeps = new Map<string, { readonly cycles: string; readonly hours: string }>();
  const ofItem = (id: string) => cycles.filter((cycle) => cycle.protectedItemId === id);
  const at = (cycle: ReplicationCycle) => cycle.registeredAt;
  return {
    async add(cycle, keep) {
      const known = ofItem(cycle.protectedItemId).some((one) => one.objectName === cycle.objectName);
      if (!known) cycles.push(copy(cycle));
      keeps.set(cycle.protectedItemId, keep);
    },
    async cycles(id, since) {
      const kept = ofItem(id).filter((cycle) => at(cycle) >= since && at(cycle) >= (keeps.get(id)?.cycles ?? ""));
      return copy(kept.sort((a, b) => at(a).localeCompare(at(b))));
    },
    async hours(id, since) {
      const hours = new Map<string, ReplicationHour>();
      for (const cycle of ofItem(id)) {
        const hour = hourOf(at(cycle));
        hours.set(hour, addToHour(hours.get(hour) ?? null, cycle));
      }
      const kept = [...hours.values()].filter((one) => one.hour >= since && one.hour >= (keeps.get(id)?.hours ?? ""));
      return kept.sort((a, b) => a.hour.localeCompare(b.hour));
    },
  };
}

/** A lock is there as long as its point. */
function ofSpace({ locks, samples, points }: Tables): Pick<Repositories, "recoveryPointLocks" | "vaultSamples"> {
  return {
    recoveryPointLocks: {
      put: async (lock) => void locks.set(lock.pointId, copy(lock)),
      list: async (itemId) =>
        [...locks.values()].filter(({ pointId }) => points.get(pointId)?.protectedItemId === itemId).map(copy),
      delete: async (pointId) => void locks.delete(pointId),
    },
    vaultSamples: {
      add: async (sample) => void samples.set(`${sample.vaultId} ${sample.at}`, copy(sample)),
      list: async (vaultId) =>
        [...samples.values()]
          .filter((sample) => sample.vaultId === vaultId)
          .sort((a, b) => a.at.localeCompare(b.at))
          .map(copy),
      forget: async (vaultId, instants) => instants.forEach((at) => samples.delete(`${vaultId} ${at}`)),
    },
  };
}

function ofRecords({
  records,
  evidenceSettings,
  evidenceNotes,
}: Tables): Pick<Repositories, "failoverRecords" | "evidenceSettings" | "evidenceNotes"> {
  return {
    evidenceSettings: {
      put: async (vaultId, ownerId, settings) =>
        void evidenceSettings.set(ownerId, { vaultId, settings: copy(settings) }),
      get: async (ownerId) => copyOrNull(evidenceSettings.get(ownerId)?.settings),
    },
    evidenceNotes: {
      insert: async (note) => void evidenceNotes.set(note.id, copy(note)),
      list: async (recordId) => [...evidenceNotes.values()].filter((note) => note.recordId === recordId).map(copy),
    },
    failoverRecords: {
      put: async (record) => void records.set(record.id, copy(record)),
      get: async (id) => copyOrNull(records.get(id)),
      list: async (vaultId, { since = "", take } = {}) =>
        [...records.values()]
          .filter((record) => record.vaultId === vaultId && record.times.declaredAt >= since)
          .reverse()
          .sort((a, b) => b.times.declaredAt.localeCompare(a.times.declaredAt))
          .slice(0, take)
          .map(copy),
    },
  };
}

function ofDrills(tables: Tables): Pick<Repositories, "drills" | "drillRuns"> {
  const { drills, drillRuns } = tables;
  const newestFirst = (rows: DrillRun[]) => rows.reverse().sort((a, b) => b.dueAt.localeCompare(a.dueAt));
  return {
    drills: {
      insert: async (drill) => drills.insert(drill, drill.name),
      get: async (id) => drills.get(id),
      find: async (vaultId, name) => drills.first((row) => row.vaultId === vaultId && sameName(row.name, name)),
      list: async (vaultId) => drills.all((row) => row.vaultId === vaultId),
      listAll: async () => drills.all(() => true),
      async update(id, expectedRevision, changes) {
        const row = drills.get(id);
        if (row && row.revision !== expectedRevision) throw revisionChangedRefusal(id);
        return drills.update(id, { ...changes, revision: expectedRevision + 1 });
      },
      delete: async (id) => deleteDrill(tables, id),
    },
    drillRuns: {
      async insert(run) {
        const known = drillRuns.first((row) => row.drillId === run.drillId && row.occurrence === run.occurrence);
        if (!known) drillRuns.insert(run, run.occurrence);
        return !known;
      },
      get: async (id) => drillRuns.get(id),
      list: async (drillId, { take } = {}) =>
        newestFirst(drillRuns.all((row) => row.drillId === drillId)).slice(0, take),
      listOpen: async () => drillRuns.all((row) => !hasDrillRunEnded(row.state)),
      async newestScheduled(drillId, until) {
        const made = (row: DrillRun) => row.drillId === drillId && row.startedBy === "Schedule" && row.dueAt <= until;
        return newestFirst(drillRuns.all(made))[0]?.dueAt ?? null;
      },
      async change(id, from, changes) {
        const row = drillRuns.get(id);
        return row && from.includes(row.state) ? drillRuns.update(id, changes) : null;
      },
      delete: async (ids) => ids.forEach((id) => drillRuns.delete(id)),
    },
  };
}

function ofRegion(tables: Tables): Pick<Repositories, "deployedMachines" | "virtualNetworks" | "storageAccounts"> {
  const { machines, networks, accounts, vaults } = tables;
  const networkId = (scope: ResourceGroupScope, name: string) =>
    [scope.subscriptionId, scope.resourceGroup, name].map(nameKey).join("/");
  const plain = <T extends { id: string }>({ id: _id, ...row }: T) => row;
  return {
    deployedMachines: {
      insert: async (machine) => machines.insert(machine, machine.name),
      get: async (id) => machines.get(id),
      listByVault: async (vaultId) => machines.all((row) => row.vaultId === vaultId),
      listByItem: async (itemId) => machines.all((row) => row.protectedItemId === itemId),
      async listByScope(scope) {
        const here = new Set(vaults.all(inScope(scope)).map((vault) => vault.id));
        return machines.all((row) => here.has(row.vaultId));
      },
      listAll: async () => machines.all(() => true),
      update: async (id, changes) => machines.update(id, changes),
      delete: async (id) => machines.delete(id),
    },
    virtualNetworks: {
      async put(network) {
        const id = networkId(network, network.name);
        if (networks.get(id)) networks.update(id, network);
        else networks.insert({ ...network, id }, network.name);
      },
      async find(scope, name) {
        const found = networks.get(networkId(scope, name));
        return found && plain(found);
      },
      list: async (scope) => networks.all(inScope(scope)).map(plain),
      delete: async (scope, name) => networks.delete(networkId(scope, name)),
    },
    storageAccounts: {
      insert: async (account) => accounts.insert({ ...account, id: nameKey(account.name) }, account.name),
      async get(name) {
        const found = accounts.get(nameKey(name));
        return found && plain(found);
      },
      list: async (scope) => accounts.all(inScope(scope)).map(plain),
      replaceBlob: async (name, blob) => {
        const found = accounts.get(nameKey(name));
        if (found) accounts.update(nameKey(name), { blob });
        return found !== null;
      },
      delete: async (name) => accounts.delete(nameKey(name)),
    },
  };
}
