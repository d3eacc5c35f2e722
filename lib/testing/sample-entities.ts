import type {
  ContainerMapping,
  DeployedMachine,
  Fabric,
  Policy,
  ProtectedItem,
  Provider,
  RecoveryPlan,
  RecoveryPoint,
  ReportedMachine,
  Vault,
} from "@/lib/domain/entities";
import type { Drill, DrillRun } from "@/lib/domain/drill";
import type { FailoverRecord } from "@/lib/domain/failover-record";
import type { ReplicationCycle } from "@/lib/domain/replication-history";

/** Whole, valid nouns for tests; each test says only what it is about. */
export const SCOPE = { subscriptionId: "00000000-0000-0000-0000-000000000001", resourceGroup: "contoso" } as const;
const AT = "2026-11-22T08:00:00.000Z";

export const sampleVault = (changes: Partial<Vault> = {}): Vault => ({
  ...SCOPE,
  id: "vault-1",
  name: "Contoso-Vault",
  location: "westeurope",
  storageAccount: "contosostorage",
  state: "Active",
  resourceId: "1234567890123456789",
  createdAt: AT,
  passphraseSetAt: null,
  scrubMiBPerDay: 4096,
  planGroupsMax: null,
  authorityCertificate: null,
  tags: {},
  ...changes,
});

export const sampleFabric = (changes: Partial<Fabric> = {}): Fabric => ({
  id: "fabric-1",
  vaultId: "vault-1",
  name: "Contoso-Branch",
  kind: "HyperVSite",
  internalIdentifier: "11111111-2222-4333-8444-555555555555",
  createdAt: AT,
  ...changes,
});

export const sampleMachine = (changes: Partial<ReportedMachine> = {}): ReportedMachine => ({
  id: "machine-1",
  name: "sql-01",
  generation: 1,
  osType: "Other",
  memoryBytes: 64 * 1024 * 1024,
  cpuCount: 1,
  power: "running",
  bootable: true,
  disks: [
    {
      id: "disk-1",
      name: "sql-01.vhd",
      role: "os",
      format: "vhd-dynamic",
      virtualSizeBytes: 10 * 1024 ** 3,
      allocatedBytes: 4 * 1024 ** 2,
      problem: null,
    },
  ],
  attachments: { passThrough: false, iscsi: false, sharedVhd: false, fibreChannel: false },
  orders: { count: 7, lastAt: AT, verdict: "ok" },
  ...changes,
});

export const sampleProvider = (changes: Partial<Provider> = {}): Provider => ({
  id: "provider-1",
  vaultId: "vault-1",
  fabricId: "fabric-1",
  name: "branch-host",
  hostName: "branch-host",
  version: "0.1.0",
  certificateSha256: "ab".repeat(32),
  registeredAt: AT,
  lastHeartbeatAt: null,
  inventory: [sampleMachine()],
  ...changes,
});

export const samplePolicy = (changes: Partial<Policy> = {}): Policy => ({
  id: "policy-1",
  vaultId: "vault-1",
  name: "every-30-seconds",
  provider: "HyperVReplicaAzure",
  replicationIntervalSeconds: 30,
  recoveryPointHistoryHours: 2,
  applicationConsistentFrequencyHours: 1,
  crashConsistentFrequencyMinutes: null,
  recoveryPointThresholdMinutes: null,
  storageAccount: "contosostorage",
  createdAt: AT,
  ...changes,
});

export const sampleMapping = (changes: Partial<ContainerMapping> = {}): ContainerMapping => ({
  id: "mapping-1",
  vaultId: "vault-1",
  fabricId: "fabric-1",
  name: "branch-group",
  policyId: "policy-1",
  createdAt: AT,
  ...changes,
});

export const sampleItem = (changes: Partial<ProtectedItem> = {}): ProtectedItem => ({
  id: "item-1",
  vaultId: "vault-1",
  fabricId: "fabric-1",
  providerId: "provider-1",
  policyId: "policy-1",
  name: "machine-1",
  machineId: "machine-1",
  machineName: "sql-01",
  state: "Protected",
  testFailoverState: "None",
  activeLocation: "Primary",
  diskIds: ["disk-1"],
  target: {
    machineName: "sql-01",
    size: "Standard_A1",
    networkName: null,
    subnetName: null,
    storageAccount: "contosostorage",
  },
  heldByJobId: null,
  failoverRecoveryPointId: null,
  lastTestFailoverAt: null,
  lastFailoverAt: null,
  replicationError: null,
  consistencyGroup: null,
  createdAt: AT,
  evidence: {},
  revision: 1,
  ...changes,
});

export const samplePoint = (changes: Partial<RecoveryPoint> = {}): RecoveryPoint => ({
  id: "point-1",
  protectedItemId: "item-1",
  at: AT,
  kind: "CrashConsistent",
  objectName: "points/1",
  disks: [{ diskId: "disk-1", virtualSizeBytes: 10 * 1024 ** 3, root: "cd".repeat(32) }],
  sourceBytesRead: 10 * 1024 ** 3,
  changedBytes: 4 * 1024 ** 2,
  storedBytes: 1024 ** 2,
  orders: { count: 7, lastAt: AT },
  final: false,
  quiesceProblem: null,
  group: null,
  ...changes,
});

export const sampleCycle = (changes: Partial<ReplicationCycle> = {}): ReplicationCycle => ({
  protectedItemId: "item-1",
  objectName: "points/1",
  kind: "CrashConsistent",
  at: "2026-11-22T08:10:00.000Z",
  registeredAt: "2026-11-22T08:10:01.500Z",
  durationMs: 1200.5,
  sourceBytesRead: 2 ** 20,
  changedBytes: 2 ** 18,
  sentBytes: 2 ** 17,
  writeLogBytes: 4096,
  rpoBeforeSeconds: 31.5,
  rpoAfterSeconds: 1.5,
  missedIntervals: 1,
  ...changes,
});

export const samplePlan = (changes: Partial<RecoveryPlan> = {}): RecoveryPlan => ({
  id: "plan-1",
  vaultId: "vault-1",
  name: "order-system",
  fabricId: "fabric-1",
  groups: [{ type: "Boot", protectedItemIds: ["item-1"], startActions: [], endActions: [] }],
  heldByJobId: null,
  lastTestFailoverAt: null,
  lastPlannedFailoverAt: null,
  lastUnplannedFailoverAt: null,
  testedAt: null,
  testedHash: null,
  createdAt: AT,
  revision: 1,
  ...changes,
});

export const sampleDeployed = (changes: Partial<DeployedMachine> = {}): DeployedMachine => ({
  id: "deployed-1",
  vaultId: "vault-1",
  protectedItemId: "item-1",
  name: "sql-01-test",
  purpose: "TestFailover",
  jobId: "job-1",
  recoveryPointId: "point-1",
  size: "Standard_A1",
  networkName: "isolated",
  folder: "replicas/item-1",
  disks: [{ diskId: "disk-1", path: "replicas/item-1/os.vhd", role: "os", root: null, verified: false }],
  state: "Creating",
  firstLineMs: null,
  createdAt: AT,
  ...changes,
});

export function sampleFailoverRecord(
  changes: Partial<FailoverRecord> & { readonly declaredAt?: string } = {},
): FailoverRecord {
  const { declaredAt = AT, ...others } = changes;
  return {
    id: "run-1",
    vaultId: "vault-1",
    kind: "TestFailover",
    direction: "PrimaryToRecovery",
    subject: { type: "RecoveryPlan", id: "plan-1", name: "order-system" },
    planHash: "5f".repeat(32),
    outcome: "Succeeded",
    drillId: null,
    people: [{ role: "requested", who: "local user", at: declaredAt, what: "Test failover" }],
    times: {
      ...{ declaredAt, detectedAt: null, decidedAt: declaredAt, startedAt: declaredAt, endedAt: declaredAt },
      verifiedAt: declaredAt,
    },
    targets: { rpoSeconds: 60, rtoSeconds: 600 },
    measured: { rpoSeconds: 12, rtoSeconds: 5 },
    machines: [],
    steps: [],
    cleanup: null,
    deviations: [],
    notes: "",
    ...others,
  };
}

export const sampleDrill = (changes: Partial<Drill> = {}): Drill => ({
  id: "drill-1",
  vaultId: "vault-1",
  name: "weekly",
  planId: "plan-1",
  trigger: { kind: "Schedule", cron: "0 2 * * 6" },
  timeZone: "Europe/Berlin",
  windows: [],
  whenMissed: "Skip",
  graceMinutes: 0,
  networkName: "isolated",
  point: "Latest",
  useSharedPoints: false,
  cleanUp: { kind: "AfterMinutes", minutes: 30 },
  enabled: true,
  keepRuns: 50,
  activeSince: AT,
  createdAt: AT,
  revision: 1,
  ...changes,
});

export const sampleDrillRun = (changes: Partial<DrillRun> = {}): DrillRun => ({
  id: "drill-run-1",
  vaultId: "vault-1",
  drillId: "drill-1",
  occurrence: `schedule/${AT}`,
  startedBy: "Schedule",
  dueAt: AT,
  state: "Scheduled",
  jobId: "drill-job-1",
  testJobId: null,
  cleanupJobId: null,
  startedAt: null,
  endedAt: null,
  holdUntil: null,
  waitsFor: null,
  reason: null,
  ...changes,
});
