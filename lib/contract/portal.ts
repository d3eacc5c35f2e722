import { z } from "zod";

/**
 * The wire of our own provider namespace, `Secondsite.Recovery`: what Azure Resource Manager has no word for. Same style
 * as ARM: resources {id, name, type, properties}, lists {value, nextLink}, errors {error}, long work 202 with
 * Azure-AsyncOperation. R = /subscriptions/{s}/resourceGroups/{rg}/providers/Secondsite.Recovery ; V = a vault's ARM id.
 *
 * GET    R/estateSites                                   list EstateSite
 * PUT    R/estateSites/{name}   {properties:{folder}}    EstateSite            (a folder of VHD/raw images becomes a site)
 * DELETE R/estateSites/{name}                            204
 * POST   R/estateSites/{name}/fail | /restore            EstateSite            (SIGKILL to its processes | starts them again)
 * POST   R/estateSites/{name}/register {properties:{vaultId, fabricName, passphrase}}  202 -> job  (runs the real command line there)
 * GET    R/consoles/{machineId}                          ConsoleView           (source machine id or deployed machine id)
 * GET    R/consoles/{machineId}/stream                   text/event-stream of ConsoleView
 * GET    R/events                                        text/event-stream of LiveEvent (whole portal; Last-Event-ID not needed: refetch)
 * GET    R/regions                                       list Region  (simulated)
 * GET    V/providers/Secondsite.Recovery/overview        VaultOverview
 * GET    V/providers/Secondsite.Recovery/tutorials/{hyperVSiteToAzure|vmwareToAzure}   Tutorial (checks computed from the system)
 * GET, POST V/providers/Secondsite.Recovery/verification[/check]      VerificationView (lib/contract/verification)
 * PUT    V/providers/Secondsite.Recovery/passphrases/default {properties:{passphrase}}   204   (sets once; 409 later)
 * POST   V/replicationFabrics/{f}/providers/Secondsite.Recovery/generateRegistrationKey  RegistrationKeyFile
 * GET    V/replicationFabrics/{f}/replicationProtectionContainers/{pc}/replicationProtectedItems/{rpi}/providers/Secondsite.Recovery/replication  ReplicationView
 * GET    …/replicationProtectedItems/{rpi}/providers/Secondsite.Recovery/evidence        EvidenceView
 * GET    …/replicationProtectedItems/{rpi}/providers/Secondsite.Recovery/standing        FailoverStanding (lib/contract/failover-standing)
 * ARM shapes with their own (simulated) resource providers, same router:
 * GET/PUT/DELETE /subscriptions/{s}/resourceGroups/{rg}/providers/Microsoft.Storage/storageAccounts[/{name}]     (location, properties:{})
 * GET/PUT/DELETE /subscriptions/{s}/resourceGroups/{rg}/providers/Microsoft.Network/virtualNetworks[/{name}]     (location, properties:{addressSpace:{addressPrefixes},subnets:[{name,properties:{addressPrefix}}], isolated})
 * GET            /subscriptions/{s}/resourceGroups/{rg}/providers/Microsoft.Compute/virtualMachines[/{name}]     (DeployedMachineView in properties)
 */
const Explanation = z.object({
  code: z.string(),
  message: z.string(),
  possibleCauses: z.string(),
  recommendedAction: z.string(),
});
export const Orders = z.object({
  count: z.number(),
  lastAt: z.string().nullable(),
  verdict: z.enum(["ok", "damaged"]).optional(),
});

export const resource = <T extends z.ZodType>(properties: T) =>
  z.object({ id: z.string(), name: z.string(), type: z.string(), properties });
export const listOf = <T extends z.ZodType>(item: T) =>
  z.object({ value: z.array(item), nextLink: z.string().nullable() });

export const EstateSite = resource(
  z.object({
    kind: z.enum(["contoso", "contosoVmware", "folder"]),
    folder: z.string(),
    state: z.enum(["running", "failed"]),
    processes: z.array(
      z.object({
        role: z.enum(["host", "agent"]),
        pid: z.number().nullable(),
        running: z.boolean(),
        restarts: z.number(),
      }),
    ),
    /** ARM id of the vault its host is registered in, or null. */
    registeredVaultId: z.string().nullable(),
    registeredFabric: z.string().nullable(),
    /** Machines as the host itself reports them (also before any registration). */
    machines: z.array(
      z.object({
        id: z.string(),
        name: z.string(),
        power: z.string(),
        orders: Orders.nullable(),
        disks: z.array(
          z.object({
            name: z.string(),
            /** One of lib/kernel/disk-format; null when the image cannot be read. */
            format: z.string().nullable(),
            virtualSizeBytes: z.number(),
            problem: Explanation.nullable(),
          }),
        ),
      }),
    ),
    /** Why it cannot be failed, restored or registered from here; null when it can. */
    controlUnavailableReason: z.string().nullable(),
  }),
);
export type EstateSite = z.infer<typeof EstateSite>;

export const ConsoleView = z.object({
  machineId: z.string(),
  machineName: z.string(),
  location: z.enum(["Primary", "Recovery"]),
  power: z.string(),
  rows: z.array(z.string()),
  serial: z.string(),
  revision: z.number(),
  orders: Orders.nullable(),
  firstLineMs: z.number().nullable(),
});
export type ConsoleView = z.infer<typeof ConsoleView>;

/** One thing changed; the receiver refetches what it shows. `replication` and `job` carry their figures along. */
export const LiveEvent = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("job"),
    vaultId: z.string().nullable(),
    jobId: z.string(),
    friendlyName: z.string(),
    state: z.string(),
    targetName: z.string(),
    progress: z.object({ bytesDone: z.number(), bytesTotal: z.number() }).nullable(),
    stepName: z.string().nullable(),
    errorMessage: z.string().nullable(),
  }),
  z.object({ type: z.literal("resource"), vaultId: z.string().nullable(), kind: z.string(), name: z.string() }),
  z.object({
    type: z.literal("replication"),
    vaultId: z.string(),
    protectedItem: z.string(),
    progress: z.unknown(),
  }),
]);
export type LiveEvent = z.infer<typeof LiveEvent>;

export const Region = resource(
  z.object({
    displayName: z.string(),
    simulated: z.literal(true),
    sizes: z.array(
      z.object({
        name: z.string(),
        cpuCoresCount: z.number(),
        memoryInGB: z.number(),
        maxDataDiskCount: z.number(),
        maxNicsCount: z.number(),
      }),
    ),
  }),
);
export type Region = z.infer<typeof Region>;

export const VaultOverview = resource(
  z.object({
    passphraseSet: z.boolean(),
    storedBytes: z.number(),
    protectedItemCount: z.number(),
    recoveryPlanCount: z.number(),
    registeredServersCount: z.number(),
    jobs: z.object({ inProgress: z.number(), suspended: z.number(), failed: z.number() }),
    unhealthyItems: z.array(z.object({ name: z.string(), message: z.string() })),
  }),
);
export type VaultOverview = z.infer<typeof VaultOverview>;

export const TutorialStep = z.object({
  id: z.enum([
    "createSite",
    "registrationKey",
    "registerHost",
    "prepareResources",
    "protectionGroup",
    "addMachines",
    "recoveryPlan",
    "testFailover",
  ]),
  title: z.string(),
  explanation: z.string(),
  state: z.enum(["done", "ready", "blocked"]),
  /** What was found in the system when done; what is missing when not. Always present. */
  finding: z.string(),
  /** Step that must be done first, when blocked. */
  blockedBy: z.string().nullable(),
});
export const Tutorial = resource(z.object({ title: z.string(), steps: z.array(TutorialStep) }));
export type Tutorial = z.infer<typeof Tutorial>;
export type TutorialStep = z.infer<typeof TutorialStep>;

export const RegistrationKeyFile = z.object({
  fileName: z.string(),
  content: z.string(),
  issuedAt: z.string(),
  expiresAt: z.string(),
  /** The command line to run on the host, ready to copy. */
  command: z.string(),
});
export type RegistrationKeyFile = z.infer<typeof RegistrationKeyFile>;

export const ReplicationView = resource(
  z.object({
    phase: z.enum([
      "idle",
      "initial",
      "delta",
      "resync",
      "resyncRequired",
      "waiting",
      "error",
      "synchronizingBack",
      "disconnected",
    ]),
    bytesDone: z.number(),
    bytesTotal: z.number(),
    /** From measured bytes; null when there is nothing to do. */
    percentage: z.number().nullable(),
    bytesPerSecond: z.number(),
    secondsLeft: z.number().nullable(),
    pendingBytes: z.number(),
    /** Bytes of disk still to be read and sent, before deduplication and compression. */
    backlogBytes: z.number(),
    /** Of the run under way or the last one: bytes that the vault has taken. */
    sentBytes: z.number(),
    sentBytesPerSecond: z.number(),
    /** What the host may send, all machines together; null: no limit. */
    limitBytesPerSecond: z.number().nullable(),
    /** Seconds since the newest recovery point's cut; null before the first. */
    rpoSeconds: z.number().nullable(),
    intervalSeconds: z.number(),
    lastPointAt: z.string().nullable(),
    error: Explanation.nullable(),
  }),
);
export type ReplicationView = z.infer<typeof ReplicationView>;

/** What the machines of the region (`region`) or of a site run on. */
export const HypervisorHost = resource(
  z.object({
    hypervisor: z.string(),
    choices: z.array(z.object({ name: z.string(), problem: z.string().nullable() })),
  }),
);
export type HypervisorHost = z.infer<typeof HypervisorHost>;
export const HypervisorBody = z.object({ properties: z.object({ hypervisor: z.string().max(32) }) });

/** How far a disk has come that was started instantly. Every figure is measured; null where there is nothing to measure. */
export const OnDemandDisk = z.object({
  diskId: z.string(),
  fileName: z.string(),
  role: z.enum(["os", "data"]),
  /** `waiting`: nobody serves it at the moment, it is taken up again. `merging`: proven, the guest's writes move in. */
  phase: z.enum(["waiting", "counting", "hydrating", "verifying", "merging"]),
  /** Of the phase. */
  bytesDone: z.number().nullable(),
  bytesTotal: z.number().nullable(),
  bytesPerSecond: z.number().nullable(),
  /** What the guest asked for before it had come. */
  bytesDemanded: z.number().nullable(),
  /** What the guest has written beside the image. */
  overlayBytes: z.number().nullable(),
  /** Why it does not go on, in words; null while it does. */
  problem: z.string().nullable(),
});

export const DeployedMachineView = z.object({
  machineId: z.string(),
  protectedItemName: z.string(),
  /** What people call the protected machine; null when its protection has ended. */
  sourceMachineName: z.string().nullable(),
  vaultName: z.string(),
  purpose: z.enum(["TestFailover", "Failover"]),
  size: z.string(),
  networkName: z.string().nullable(),
  state: z.enum(["Creating", "Running", "VerifiedNotBooted", "Stopped", "Deleting"]),
  /** What is going on with it, in words; null: nothing. */
  activity: z.string().nullable(),
  recoveryPointTime: z.string(),
  firstLineMs: z.number().nullable(),
  orders: Orders.nullable(),
  /** Disks that the machine was started from before they were whole, until they are ordinary ones. */
  onDemandDisks: z.array(OnDemandDisk),
  createdAt: z.string(),
  simulated: z.literal(true),
});
export type DeployedMachineView = z.infer<typeof DeployedMachineView>;

/** The evidence of the newest test failover and failover of one protected item; every figure was measured. */
export const EvidenceView = resource(
  z.object({
    sourceMachineId: z.string(),
    sourceReachable: z.boolean(),
    runs: z.array(
      z.object({
        jobId: z.string(),
        kind: z.enum([
          "TestFailover",
          "PlannedFailover",
          "UnplannedFailover",
          "ChangeRecoveryPoint",
          "Failback",
          "CancelFailover",
        ]),
        state: z.string(),
        startedAt: z.string(),
        endedAt: z.string().nullable(),
        recoveryPoint: z.object({ name: z.string(), at: z.string(), orders: Orders.nullable() }).nullable(),
        disks: z.array(
          z.object({
            diskId: z.string(),
            name: z.string(),
            pointRoot: z.string(),
            restoredRoot: z.string().nullable(),
            identical: z.boolean(),
            bytesWritten: z.number(),
            bytesVerified: z.number(),
            seconds: z.number(),
            /** The machine was started before this disk was whole; it was proven behind the running machine. */
            startedInstantly: z.boolean().optional(),
            /** When the disk was proven; null: not yet, or never before the test was completed. */
            verifiedAt: z.string().nullable().optional(),
          }),
        ),
        machineId: z.string().nullable(),
        machineName: z.string().nullable(),
        firstLineMs: z.number().nullable(),
        /** Orders the replica found on its own disk when it booted. */
        ordersOnReplica: z.number().nullable(),
        /** Orders confirmed at the source when it was last seen. */
        ordersAtSource: z.number().nullable(),
        ordersLost: z.number().nullable(),
        secondsLost: z.number().nullable(),
        /** Written at the source after the point, as far as the host could still say. */
        bytesLost: z.number().nullable().optional(),
        cleanup: z.object({ at: z.string(), notes: z.string(), remainingResources: z.array(z.string()) }).nullable(),
        /** Of a failback; bytes over all disks. */
        failback: z
          .object({
            hostName: z.string(),
            created: z.boolean(),
            synchronizations: z.array(
              z.object({
                moment: z.enum(["before", "final"]),
                recoveryPointId: z.string(),
                bytesCaptured: z.number(),
                bytesCompared: z.number(),
                bytesReceived: z.number(),
                bytesWritten: z.number(),
                bytesSaved: z.number(),
                seconds: z.number(),
              }),
            ),
          })
          .nullable(),
      }),
    ),
  }),
);
export type EvidenceView = z.infer<typeof EvidenceView>;
