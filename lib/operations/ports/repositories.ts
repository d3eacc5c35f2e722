/**
 * What the control plane remembers, one small interface a noun (jobs have their own: lib/jobs/job-store). Two implementations pass one contract suite
 * (lib/testing/repositories-contract.ts): SQLite through Prisma (lib/adapters/persistence) and the in-memory twin
 * (lib/testing/memory-repositories.ts).
 *
 * Common contract:
 * - `insert` refuses (conflict, code `NameTaken`) when the name is taken in its parent; names compare case-insensitively
 *   and are kept as written. A parent that does not exist is a bug of the caller.
 * - `get` takes our own id, `find` the name inside its parent; both answer null when there is none.
 * - Lists come in the order of creation. What a list returns is a copy: changing it changes nothing.
 * - `update` writes only what it is given and returns the whole; Refusal notFound (`NotFound`) when it is gone.
 * - `delete` takes what belongs to it along (a vault takes everything of it but its jobs); nothing there is no error.
 * - A write is durable when its promise resolves.
 */
import type {
  BlobBacking,
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
import type {
  AutomationAccount,
  AutomationVariable,
  Runbook,
  RunbookRun,
  RunbookVersion,
} from "@/lib/domain/automation";
import type { Drill, DrillRun, DrillRunState } from "@/lib/domain/drill";
import type { EvidenceSettings } from "@/lib/domain/evidence-settings";
import type { EvidenceNote, FailoverRecord } from "@/lib/domain/failover-record";
import type { RecoveryPointLock, VaultSample } from "@/lib/domain/space";
import type { BandwidthSettings } from "@/lib/domain/bandwidth";
import type { Resynchronization } from "@/lib/domain/resynchronization";
import type { ReplicationCycle, ReplicationHour } from "@/lib/domain/replication-history";

/** The place of a top-level resource. Both compare case-insensitively. */
export interface ResourceGroupScope {
  readonly subscriptionId: string;
  readonly resourceGroup: string;
}

export interface VaultRepository {
  insert(vault: Vault): Promise<void>;
  get(id: string): Promise<Vault | null>;
  find(scope: ResourceGroupScope, name: string): Promise<Vault | null>;
  /** Of a whole subscription when `resourceGroup` is null. */
  list(scope: { readonly subscriptionId: string; readonly resourceGroup: string | null }): Promise<Vault[]>;
  /** Of every subscription. */
  listAll(): Promise<Vault[]>;
  update(
    id: string,
    changes: Partial<
      Pick<
        Vault,
        | "state"
        | "passphraseSetAt"
        | "scrubMiBPerDay"
        | "planGroupsMax"
        | "authorityCertificate"
        | "tags"
        | "storageAccount"
      >
    >,
  ): Promise<Vault>;
  delete(id: string): Promise<void>;
}

export interface FabricRepository {
  insert(fabric: Fabric): Promise<void>;
  get(id: string): Promise<Fabric | null>;
  find(vaultId: string, name: string): Promise<Fabric | null>;
  /** The `SiteId` of a credentials file names it in every vault. */
  findByInternalIdentifier(internalIdentifier: string): Promise<Fabric | null>;
  list(vaultId: string): Promise<Fabric[]>;
  delete(id: string): Promise<void>;
}

export interface RegistrationKeyRepository {
  /** The newest key of a fabric; a put supersedes the one before. */
  put(key: RegistrationKey): Promise<void>;
  get(fabricId: string): Promise<RegistrationKey | null>;
}

export interface BandwidthRepository {
  put(fabricId: string, settings: BandwidthSettings): Promise<void>;
  /** Null: never set, the defaults hold. */
  get(fabricId: string): Promise<BandwidthSettings | null>;
}

export interface ProviderRepository {
  insert(provider: Provider): Promise<void>;
  get(id: string): Promise<Provider | null>;
  find(fabricId: string, name: string): Promise<Provider | null>;
  findByCertificate(certificateSha256: string): Promise<Provider | null>;
  listByVault(vaultId: string): Promise<Provider[]>;
  listByFabric(fabricId: string): Promise<Provider[]>;
  update(
    id: string,
    changes: Partial<
      Pick<
        Provider,
        "hostName" | "version" | "certificateSha256" | "registeredAt" | "lastHeartbeatAt" | "inventory" | "fabricId"
      >
    >,
  ): Promise<Provider>;
  delete(id: string): Promise<void>;
}

export interface PolicyRepository {
  insert(policy: Policy): Promise<void>;
  get(id: string): Promise<Policy | null>;
  find(vaultId: string, name: string): Promise<Policy | null>;
  list(vaultId: string): Promise<Policy[]>;
  update(id: string, changes: Partial<Omit<Policy, "id" | "vaultId" | "name" | "createdAt">>): Promise<Policy>;
  delete(id: string): Promise<void>;
}

export interface ContainerMappingRepository {
  insert(mapping: ContainerMapping): Promise<void>;
  get(id: string): Promise<ContainerMapping | null>;
  find(fabricId: string, name: string): Promise<ContainerMapping | null>;
  listByVault(vaultId: string): Promise<ContainerMapping[]>;
  listByFabric(fabricId: string): Promise<ContainerMapping[]>;
  update(id: string, changes: Partial<Pick<ContainerMapping, "policyId">>): Promise<ContainerMapping>;
  delete(id: string): Promise<void>;
}

export type ProtectedItemChanges = Partial<
  Omit<ProtectedItem, "id" | "vaultId" | "name" | "createdAt" | "heldByJobId" | "revision">
>;

export interface ProtectedItemRepository {
  insert(item: ProtectedItem): Promise<void>;
  get(id: string): Promise<ProtectedItem | null>;
  find(fabricId: string, name: string): Promise<ProtectedItem | null>;
  /** A machine is protected at most once in a fabric. */
  findByMachine(fabricId: string, machineId: string): Promise<ProtectedItem | null>;
  listByVault(vaultId: string): Promise<ProtectedItem[]>;
  listByFabric(fabricId: string): Promise<ProtectedItem[]>;
  listByProvider(providerId: string): Promise<ProtectedItem[]>;
  listByPolicy(policyId: string): Promise<ProtectedItem[]>;
  /** Writes only while the revision is the expected one; else Refusal conflict (`RevisionChanged`). Raises it by one. */
  update(id: string, expectedRevision: number, changes: ProtectedItemChanges): Promise<ProtectedItem>;
  /** Atomic. True when the job holds the item now (also when it did before); false when another job holds it. */
  hold(id: string, jobId: string): Promise<boolean>;
  /** Lets go only when this job holds it. */
  release(id: string, jobId: string): Promise<void>;
  delete(id: string): Promise<void>;
}

export interface ResynchronizationRepository {
  /** The defaults when nothing was ever written. */
  get(protectedItemId: string): Promise<Resynchronization>;
  /** Atomic: `decide` sees what is there now. Null changes nothing. Answers what is there then. */
  change(
    protectedItemId: string,
    decide: (current: Resynchronization) => Resynchronization | null,
  ): Promise<Resynchronization>;
}

export interface RecoveryPointRepository {
  /** Idempotent by (item, objectName): returns the point that is there, the new one or the old. */
  insert(point: RecoveryPoint): Promise<RecoveryPoint>;
  get(id: string): Promise<RecoveryPoint | null>;
  /** Oldest first. */
  list(protectedItemId: string): Promise<RecoveryPoint[]>;
  newest(protectedItemId: string): Promise<RecoveryPoint | null>;
  /** At most so many, newest first. */
  newestOf(protectedItemId: string, count: number): Promise<RecoveryPoint[]>;
  /** The newest whose workload was asked to come to rest, whether or not it did. */
  newestQuiesced(protectedItemId: string): Promise<RecoveryPoint | null>;
  /** The points of one cut of a consistency group, of whichever items. */
  listByGroupStamp(stamp: string): Promise<RecoveryPoint[]>;
  delete(id: string): Promise<void>;
}

export interface ReplicationHistoryRepository {
  /**
   * Records a cycle and counts it in its hour; idempotent by (item, objectName). Drops what the item has from before
   * `keep`. Its item must exist; deleting that deletes its history.
   */
  add(cycle: ReplicationCycle, keep: { readonly cycles: string; readonly hours: string }): Promise<void>;
  /** Oldest first, by the instant of registration. */
  cycles(protectedItemId: string, since: string): Promise<ReplicationCycle[]>;
  hours(protectedItemId: string, since: string): Promise<ReplicationHour[]>;
}

export interface RecoveryPointLockRepository {
  /** Makes or replaces it. Goes with its point. */
  put(lock: RecoveryPointLock): Promise<void>;
  list(protectedItemId: string): Promise<RecoveryPointLock[]>;
  delete(pointId: string): Promise<void>;
}

export interface VaultSampleRepository {
  /** Replaces one of the same instant. Goes with its vault. */
  add(sample: VaultSample): Promise<void>;
  /** Oldest first. */
  list(vaultId: string): Promise<VaultSample[]>;
  forget(vaultId: string, instants: readonly string[]): Promise<void>;
}

export type RecoveryPlanChanges = Partial<
  Omit<RecoveryPlan, "id" | "vaultId" | "name" | "createdAt" | "heldByJobId" | "revision">
>;

export interface RecoveryPlanRepository {
  insert(plan: RecoveryPlan): Promise<void>;
  get(id: string): Promise<RecoveryPlan | null>;
  find(vaultId: string, name: string): Promise<RecoveryPlan | null>;
  list(vaultId: string): Promise<RecoveryPlan[]>;
  /** As of protected items. */
  update(id: string, expectedRevision: number, changes: RecoveryPlanChanges): Promise<RecoveryPlan>;
  hold(id: string, jobId: string): Promise<boolean>;
  release(id: string, jobId: string): Promise<void>;
  delete(id: string): Promise<void>;
}

export interface FailoverRecordRepository {
  /** Makes or replaces it. */
  put(record: FailoverRecord): Promise<void>;
  get(id: string): Promise<FailoverRecord | null>;
  /** Newest first, by the instant of declaration. Goes with its vault, not with its plan or machines. */
  list(vaultId: string, options?: { readonly since?: string; readonly take?: number }): Promise<FailoverRecord[]>;
}

export interface EvidenceSettingsRepository {
  /** `ownerId`: of a vault, a plan or a protected item. Goes with its vault. */
  put(vaultId: string, ownerId: string, settings: EvidenceSettings): Promise<void>;
  /** Null: never set. */
  get(ownerId: string): Promise<EvidenceSettings | null>;
}

export interface EvidenceNoteRepository {
  insert(note: EvidenceNote): Promise<void>;
  /** Oldest first. */
  list(recordId: string): Promise<EvidenceNote[]>;
}

export type DrillChanges = Partial<Omit<Drill, "id" | "vaultId" | "name" | "createdAt" | "revision">>;

export interface DrillRepository {
  insert(drill: Drill): Promise<void>;
  get(id: string): Promise<Drill | null>;
  find(vaultId: string, name: string): Promise<Drill | null>;
  list(vaultId: string): Promise<Drill[]>;
  /** Of every vault. */
  listAll(): Promise<Drill[]>;
  /** As of protected items. */
  update(id: string, expectedRevision: number, changes: DrillChanges): Promise<Drill>;
  /** Takes its runs along. */
  delete(id: string): Promise<void>;
}

export type DrillRunChanges = Partial<Omit<DrillRun, "id" | "vaultId" | "drillId" | "occurrence" | "dueAt">>;

export interface DrillRunRepository {
  /** Atomic. False, and nothing written, when the drill has a run of this occurrence already. */
  insert(run: DrillRun): Promise<boolean>;
  get(id: string): Promise<DrillRun | null>;
  /** Newest first, by the instant when they were due. */
  list(drillId: string, options?: { readonly take?: number }): Promise<DrillRun[]>;
  /** Of every vault and drill: Scheduled, Running, WaitingForCleanup; in the order of insertion. */
  listOpen(): Promise<DrillRun[]>;
  /** When the newest run that the schedule made, due not after `until`, was due; null: there is none. */
  newestScheduled(drillId: string, until: string): Promise<string | null>;
  /** Atomic: writes only while the run is in one of these states; null when it is not, or is gone. */
  change(id: string, from: readonly DrillRunState[], changes: DrillRunChanges): Promise<DrillRun | null>;
  delete(ids: readonly string[]): Promise<void>;
}

export interface DeployedMachineRepository {
  insert(machine: DeployedMachine): Promise<void>;
  get(id: string): Promise<DeployedMachine | null>;
  listByVault(vaultId: string): Promise<DeployedMachine[]>;
  listByItem(protectedItemId: string): Promise<DeployedMachine[]>;
  /** Machines live in the resource group of their vault. */
  listByScope(scope: ResourceGroupScope): Promise<DeployedMachine[]>;
  /** Of every vault. */
  listAll(): Promise<DeployedMachine[]>;
  update(
    id: string,
    changes: Partial<Omit<DeployedMachine, "id" | "vaultId" | "protectedItemId" | "createdAt">>,
  ): Promise<DeployedMachine>;
  delete(id: string): Promise<void>;
}

export interface VirtualNetworkRepository {
  /** Makes or replaces it. */
  put(network: VirtualNetwork): Promise<void>;
  find(scope: ResourceGroupScope, name: string): Promise<VirtualNetwork | null>;
  list(scope: ResourceGroupScope): Promise<VirtualNetwork[]>;
  delete(scope: ResourceGroupScope, name: string): Promise<void>;
}

export interface StorageAccountRepository {
  insert(account: StorageAccount): Promise<void>;
  /** Names are unique in the whole installation, as in Azure. */
  get(name: string): Promise<StorageAccount | null>;
  list(scope: ResourceGroupScope): Promise<StorageAccount[]>;
  /** False when there is no such account. */
  replaceBlob(name: string, blob: BlobBacking): Promise<boolean>;
  delete(name: string): Promise<void>;
}

export interface EventRepository {
  insert(event: VaultEvent): Promise<void>;
  get(id: string): Promise<VaultEvent | null>;
  /** Newest first. */
  list(vaultId: string, options: { readonly take: number }): Promise<VaultEvent[]>;
}

export interface AutomationAccountRepository {
  insert(account: AutomationAccount): Promise<void>;
  get(id: string): Promise<AutomationAccount | null>;
  find(scope: ResourceGroupScope, name: string): Promise<AutomationAccount | null>;
  list(scope: ResourceGroupScope): Promise<AutomationAccount[]>;
  update(id: string, changes: Partial<Pick<AutomationAccount, "description">>): Promise<AutomationAccount>;
  /** With its runbooks, variables and runs. */
  delete(id: string): Promise<void>;
}

export type RunbookChanges = Partial<Pick<Runbook, "description" | "draft" | "draftChangedAt" | "changedAt">>;

export interface RunbookRepository {
  insert(runbook: Runbook): Promise<void>;
  get(id: string): Promise<Runbook | null>;
  find(accountId: string, name: string): Promise<Runbook | null>;
  list(accountId: string): Promise<Runbook[]>;
  /** As of protected items. */
  update(id: string, expectedRevision: number, changes: RunbookChanges): Promise<Runbook>;
  /** Atomic: the version is there and is the published one, and the draft is gone; or nothing happened (as `update`). */
  publish(expectedRevision: number, version: RunbookVersion): Promise<Runbook>;
  version(runbookId: string, number: number): Promise<RunbookVersion | null>;
  /** Oldest first. */
  versions(runbookId: string): Promise<RunbookVersion[]>;
  /** With its versions; its runs stay. */
  delete(id: string): Promise<void>;
}

export interface AutomationVariableRepository {
  insert(variable: AutomationVariable): Promise<void>;
  find(accountId: string, name: string): Promise<AutomationVariable | null>;
  list(accountId: string): Promise<AutomationVariable[]>;
  update(
    id: string,
    changes: Partial<Pick<AutomationVariable, "description" | "value" | "changedAt">>,
  ): Promise<AutomationVariable>;
  delete(id: string): Promise<void>;
}

export interface RunbookRunRepository {
  /** Refuses (conflict, `NameTaken`) a second mark of the same key and attempt. */
  insert(run: RunbookRun): Promise<void>;
  get(id: string): Promise<RunbookRun | null>;
  /** Of every attempt, oldest first. */
  listByKey(key: string): Promise<RunbookRun[]>;
  /** Newest first. */
  listByAccount(accountId: string, options: { readonly take: number }): Promise<RunbookRun[]>;
  update(
    id: string,
    changes: Partial<
      Pick<
        RunbookRun,
        | "state"
        | "processId"
        | "processStart"
        | "startedAt"
        | "endedAt"
        | "exitCode"
        | "outputBytes"
        | "outputSha256"
        | "problem"
      >
    >,
  ): Promise<RunbookRun>;
  delete(id: string): Promise<void>;
}

export interface Repositories {
  readonly vaults: VaultRepository;
  readonly fabrics: FabricRepository;
  readonly registrationKeys: RegistrationKeyRepository;
  readonly bandwidth: BandwidthRepository;
  readonly providers: ProviderRepository;
  readonly policies: PolicyRepository;
  readonly containerMappings: ContainerMappingRepository;
  readonly protectedItems: ProtectedItemRepository;
  readonly resynchronizations: ResynchronizationRepository;
  readonly recoveryPoints: RecoveryPointRepository;
  readonly recoveryPointLocks: RecoveryPointLockRepository;
  readonly vaultSamples: VaultSampleRepository;
  readonly replicationHistory: ReplicationHistoryRepository;
  readonly recoveryPlans: RecoveryPlanRepository;
  readonly failoverRecords: FailoverRecordRepository;
  readonly evidenceSettings: EvidenceSettingsRepository;
  readonly evidenceNotes: EvidenceNoteRepository;
  readonly drills: DrillRepository;
  readonly drillRuns: DrillRunRepository;
  readonly deployedMachines: DeployedMachineRepository;
  readonly virtualNetworks: VirtualNetworkRepository;
  readonly storageAccounts: StorageAccountRepository;
  readonly events: EventRepository;
  readonly automationAccounts: AutomationAccountRepository;
  readonly runbooks: RunbookRepository;
  readonly automationVariables: AutomationVariableRepository;
  readonly runbookRuns: RunbookRunRepository;
}
