/**
 * The nouns of the control plane, as the persistence room stores them and the operations change them. ARM ids are not
 * stored: lib/arm builds them from (subscription, resource group, vault, names). Times are ISO 8601 UTC strings.
 * Names are kept as written and compared case-insensitively.
 */
import type { DiskFormat } from "@/lib/kernel/disk-format";
import type { Explanation } from "@/lib/kernel/fault";
import type { PolicySettings } from "./policy-rules";
import type { ActiveLocation, ProtectionState, TestFailoverState } from "./protection-state";
import type { FabricKind } from "./replication-provider";

export interface Vault {
  readonly id: string;
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  readonly name: string;
  readonly location: string;
  readonly storageAccount: string;
  /** Creating until its job ends; Deleting while it goes. */
  readonly state: "Creating" | "Active" | "Deleting" | "Failed";
  /** The `ResourceId` of the credentials file. */
  readonly resourceId: string;
  readonly createdAt: string;
  /** Null until the passphrase is chosen. */
  readonly passphraseSetAt: string | null;
  /** How much of the vault's data is read and verified each day; 0: none. */
  readonly scrubMiBPerDay: number;
  /** Boot groups that a recovery plan may have; left out or null: as many as Azure has. */
  readonly planGroupsMax?: number | null;
  /** Certificate (PEM) of the vault's own authority that issues the site components' client certificates. */
  readonly authorityCertificate: string | null;
  readonly tags: Readonly<Record<string, string>>;
}

/** A Hyper-V site or a VMware estate. `cloud_<internalIdentifier>` is its one protection container. */
export interface Fabric {
  readonly id: string;
  readonly vaultId: string;
  readonly name: string;
  readonly kind: FabricKind;
  readonly internalIdentifier: string;
  readonly createdAt: string;
}

/** The newest registration key of a fabric; an older one is superseded by replacing this row. */
export interface RegistrationKey {
  readonly fabricId: string;
  /** SHA-256 of the DER certificate in the file, lower-case hex. */
  readonly certificateSha256: string;
  readonly issuedAt: string;
  readonly expiresAt: string;
}

/**
 * A registered host: Azure Site Recovery Provider and MARS agent; of a VMware estate, configuration server and process server.
 */
export interface Provider {
  readonly id: string;
  readonly vaultId: string;
  readonly fabricId: string;
  readonly name: string;
  readonly hostName: string;
  readonly version: string;
  /** SHA-256 of the client certificate it was issued, lower-case hex; any other is refused. */
  readonly certificateSha256: string;
  readonly registeredAt: string;
  readonly lastHeartbeatAt: string | null;
  /** Machines as last reported by the host (JSON of site protocol `ReportedMachine[]`). */
  readonly inventory: readonly ReportedMachine[];
}

export interface ReportedDisk {
  readonly id: string;
  readonly name: string;
  readonly role: "os" | "data";
  readonly format: DiskFormat | null;
  readonly virtualSizeBytes: number;
  readonly allocatedBytes: number;
  /** Left out: 512, as inventories of earlier versions do. */
  readonly logicalSectorBytes?: number;
  readonly problem: Explanation | null;
}

export interface ReportedMachine {
  readonly id: string;
  readonly name: string;
  readonly generation: 1 | 2;
  readonly osType: "Windows" | "Linux" | "Other";
  readonly memoryBytes: number;
  readonly cpuCount: number;
  readonly power: "off" | "starting" | "running" | "stopping" | "failed";
  readonly bootable: boolean;
  /** Since it was last started: what it said. Left out by hosts of earlier versions. */
  readonly boot?:
    | {
        /** From power-on to the first line of the serial port; null before it came. */
        readonly firstLineMs: number | null;
        /** What the ledger guest found on its disk; null before, or when it keeps none. */
        readonly report: { readonly orders: number; readonly verdict: "ok" | "damaged" } | null;
      }
    | undefined;
  readonly disks: readonly ReportedDisk[];
  readonly attachments: {
    readonly passThrough: boolean;
    readonly iscsi: boolean;
    readonly sharedVhd: boolean;
    readonly fibreChannel: boolean;
  };
  readonly orders: {
    readonly count: number;
    readonly lastAt: string | null;
    readonly verdict: "ok" | "damaged";
  } | null;
}

export interface Policy extends PolicySettings {
  readonly id: string;
  readonly vaultId: string;
  readonly name: string;
  readonly storageAccount: string;
  readonly createdAt: string;
}

/** A protection group: the pairing of a fabric's container with a policy and Azure. */
export interface ContainerMapping {
  readonly id: string;
  readonly vaultId: string;
  readonly fabricId: string;
  readonly name: string;
  readonly policyId: string;
  readonly createdAt: string;
}

export interface ProtectedItem {
  readonly id: string;
  readonly vaultId: string;
  readonly fabricId: string;
  readonly providerId: string;
  readonly policyId: string;
  readonly name: string;
  /** The machine's id at its host. */
  readonly machineId: string;
  readonly machineName: string;
  readonly state: ProtectionState;
  readonly testFailoverState: TestFailoverState;
  readonly activeLocation: ActiveLocation;
  readonly diskIds: readonly string[];
  readonly target: TargetSettings;
  /** The job that holds this item (409 for any other), or null. */
  readonly heldByJobId: string | null;
  readonly failoverRecoveryPointId: string | null;
  readonly lastTestFailoverAt: string | null;
  readonly lastFailoverAt: string | null;
  readonly replicationError: Explanation | null;
  /** Name of the consistency group whose machines are cut at one instant (Azure's multiVmGroupName); null: alone. */
  readonly consistencyGroup: string | null;
  readonly createdAt: string;
  /** Source's evidence when the site was last heard (orders, power), kept for the loss figures of an unplanned failover. */
  readonly evidence: Readonly<Record<string, unknown>>;
  /** Increases at every change; updates name the one they read (optimistic concurrency). */
  readonly revision: number;
}

export interface TargetSettings {
  readonly machineName: string;
  readonly size: string;
  readonly networkName: string | null;
  readonly subnetName: string | null;
  readonly storageAccount: string;
}

export interface RecoveryPoint {
  readonly id: string;
  readonly protectedItemId: string;
  /** Instant of the cut. */
  readonly at: string;
  readonly kind: "CrashConsistent" | "ApplicationConsistent";
  /** Name of the point's object in the vault store. */
  readonly objectName: string;
  readonly disks: readonly {
    readonly diskId: string;
    readonly virtualSizeBytes: number;
    /** Merkle root, lower-case hex: the disk's identity on source, vault and restored disk. */
    readonly root: string;
  }[];
  readonly sourceBytesRead: number;
  readonly changedBytes: number;
  readonly storedBytes: number;
  readonly orders: { readonly count: number; readonly lastAt: string | null } | null;
  /** Set for the point taken after a planned failover's shutdown. */
  readonly final: boolean;
  /** Cut in Azure, of what the replica had written, for the way back. Left out: at the source. */
  readonly fromReplica?: boolean;
  /** What went wrong while the machine was to be quiesced: why the point is only crash-consistent; null: nothing. */
  readonly quiesceProblem: Explanation | null;
  /** Set when the machine was cut together with the others of its consistency group. */
  readonly group: PointGroup | null;
}

/** One cut over all machines of a consistency group: their points share the stamp. */
export interface PointGroup {
  readonly name: string;
  /** Unique to the cut. The point is shared when as many machines as `size` have a point with it. */
  readonly stamp: string;
  readonly size: number;
  /** Why the others have no point of this cut; null when, as far as the host knew, all have. */
  readonly problem: Explanation | null;
}

/** A VM deployed in the (simulated) Azure region. Carries our ownership mark: owner item and job. */
export interface DeployedMachine {
  readonly id: string;
  readonly vaultId: string;
  readonly protectedItemId: string;
  readonly name: string;
  readonly purpose: "TestFailover" | "Failover";
  readonly jobId: string;
  readonly recoveryPointId: string;
  readonly size: string;
  readonly networkName: string | null;
  /** Folder that holds the materialised disks, inside the storage account. */
  readonly folder: string;
  readonly disks: readonly {
    readonly diskId: string;
    readonly path: string;
    readonly role: "os" | "data";
    readonly root: string | null;
    readonly verified: boolean;
    /** The machine was started before the disk was whole, and the disk is not an ordinary one yet. */
    readonly onDemand?: boolean;
  }[];
  readonly state: "Creating" | "Running" | "VerifiedNotBooted" | "Stopped" | "Deleting";
  readonly firstLineMs: number | null;
  readonly createdAt: string;
}

export interface VirtualNetwork {
  readonly name: string;
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  readonly location: string;
  readonly addressSpace: string;
  readonly subnets: readonly { readonly name: string; readonly addressPrefix: string }[];
  /** An isolated network is offered first for test failovers. */
  readonly isolated: boolean;
}

/** A container of a real Azure storage account (or of what speaks its language). The key is kept elsewhere. */
export interface BlobBacking {
  /** Of the blob service, without the container: https://contoso.blob.core.windows.net */
  readonly endpoint: string;
  readonly accountName: string;
  readonly container: string;
  /** When the key was entered that is used now, ISO 8601. */
  readonly keyEnteredAt: string;
}

export interface StorageAccount {
  readonly name: string;
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  readonly location: string;
  readonly createdAt: string;
  /** Where vaults in this account keep their data; null: in a folder of this machine. */
  readonly blob: BlobBacking | null;
}

export type RecoveryPlanGroupType = "Shutdown" | "Failover" | "Boot";
export interface RecoveryPlanAction {
  readonly name: string;
  readonly failoverTypes: readonly string[];
  readonly failoverDirections: readonly string[];
  readonly details: RecoveryPlanActionDetails;
  /** Left out or null: as the type of the failover has it, planned and test stop, unplanned goes on. */
  readonly onFailure?: "Stop" | "Continue" | null;
}
export type RecoveryPlanActionDetails = ManualActionDetails | AutomationRunbookActionDetails | WebhookActionDetails;
export interface ManualActionDetails {
  readonly kind: "ManualActionDetails";
  readonly description: string;
  /** Overdue after so long; left out or null: never. */
  readonly timeoutMinutes?: number | null;
}
export interface AutomationRunbookActionDetails {
  readonly kind: "AutomationRunbookActionDetails";
  readonly accountName: string;
  readonly runbookName: string;
  readonly fabricLocation: "Primary" | "Recovery";
  readonly timeoutSeconds: number;
}
export interface WebhookActionDetails {
  readonly kind: "WebhookActionDetails";
  readonly url: string;
  /** The encrypted variable that holds the key of the signature; null: the call is not signed. */
  readonly secret: { readonly accountName: string; readonly variableName: string } | null;
  readonly timeoutSeconds: number;
}
export interface RecoveryPlanGroup {
  readonly type: RecoveryPlanGroupType;
  readonly protectedItemIds: readonly string[];
  readonly startActions: readonly RecoveryPlanAction[];
  readonly endActions: readonly RecoveryPlanAction[];
}
export interface RecoveryPlan {
  readonly id: string;
  readonly vaultId: string;
  readonly name: string;
  readonly fabricId: string;
  readonly groups: readonly RecoveryPlanGroup[];
  readonly heldByJobId: string | null;
  readonly lastTestFailoverAt: string | null;
  readonly lastPlannedFailoverAt: string | null;
  readonly lastUnplannedFailoverAt: string | null;
  /** The newest successful test of all of its machines, and the hash of the groups that were tested; null: never. */
  readonly testedAt?: string | null;
  readonly testedHash?: string | null;
  readonly createdAt: string;
  readonly revision: number;
}

/** A site of the estate on this machine: a folder of machines served by processes of its own. */
export interface EstateSite {
  readonly name: string;
  readonly folder: string;
  readonly kind: "contoso" | "contosoVmware" | "folder";
}

export interface VaultEvent {
  readonly id: string;
  readonly vaultId: string;
  readonly at: string;
  readonly type: "JobStatus" | "VmHealth" | "ServerHealth";
  readonly severity: "Critical" | "Warning" | "OK";
  readonly description: string;
  readonly affectedObject: string;
  readonly jobId: string | null;
}
