import { z } from "zod";
import { DISK_FORMATS, HOST_DISK_FORMATS } from "@/lib/kernel/disk-format";

/**
 * What the Provider and the MARS agent say to the vault, over TLS to the one endpoint, always dialling out.
 *
 * Before registration (no client certificate):
 *   POST /agent/v1/registration/challenge  ChallengeRequest    -> Challenge
 *   POST /agent/v1/registration            RegistrationRequest -> Registration
 * After it (client certificate of the vault's own authority; the certificate names the provider):
 *   POST /agent/v1/heartbeat               Heartbeat           -> HeartbeatAnswer        every 2 s
 *   GET  /agent/v1/commands?waitSeconds=20&known=id,id         -> CommandList    `known`: in hand already, not sent again
 *   POST /agent/v1/commands/{id}/result    CommandOutcome      -> 204
 *   POST /agent/v1/progress                ProgressReport      -> 204
 *   POST /agent/v1/points                  PointRegistration   -> PointReceipt            idempotent by objectName
 *   POST /agent/v1/resynchronizations  ResynchronizationNotice -> ResynchronizationReceipt   idempotent
 *   PUT  /agent/v1/objects/{name}          octets              -> 204  (sha-256 checked for packs; durable when answered)
 *   GET  /agent/v1/objects/{name}          Range allowed       -> octets
 *   HEAD /agent/v1/objects/{name}                              -> 200 with content-length, or 404
 *   GET  /agent/v1/objects?prefix=index/                       -> ObjectList
 * Errors: {error: Explanation} with 4xx/5xx.
 */
const Explanation = z.object({
  code: z.string(),
  message: z.string(),
  possibleCauses: z.string(),
  recommendedAction: z.string(),
});
const Orders = z.object({ count: z.number(), lastAt: z.string().nullable() });

export const ChallengeRequest = z.object({
  /** DER of the management certificate out of the credentials file, base64. */
  certificate: z.string(),
  siteId: z.string(),
});
export const Challenge = z.object({
  nonce: z.string(),
  vaultName: z.string(),
  siteName: z.string(),
  /** Key envelopes of the vault, base64: one of them is opened with the passphrase on the site, never here. */
  keyEnvelopes: z.array(z.string()).min(1),
});
export const RegistrationRequest = z.object({
  certificate: z.string(),
  siteId: z.string(),
  nonce: z.string(),
  /** RSA/ECDSA-SHA256 by the management key over nonce + CSR (DER), base64. */
  signature: z.string(),
  /** HMAC-SHA-256 over the nonce with the proof key that only the passphrase yields, base64. */
  passphraseProof: z.string(),
  /** PKCS#10, PEM: the site keeps its private key. */
  certificateRequest: z.string(),
  hostName: z.string(),
  version: z.string(),
});
export const Registration = z.object({
  providerId: z.string(),
  vaultId: z.string(),
  vaultName: z.string(),
  siteName: z.string(),
  clientCertificate: z.string(),
  authorityCertificate: z.string(),
});

export const ReportedMachineWire = z.object({
  id: z.string(),
  name: z.string(),
  generation: z.union([z.literal(1), z.literal(2)]),
  osType: z.enum(["Windows", "Linux", "Other"]),
  memoryBytes: z.number(),
  cpuCount: z.number(),
  power: z.enum(["off", "starting", "running", "stopping", "failed"]),
  bootable: z.boolean(),
  /** Since it was last started: its first line, and what the ledger guest found on its disk. */
  boot: z
    .object({
      firstLineMs: z.number().nullable(),
      report: z.object({ orders: z.number(), verdict: z.enum(["ok", "damaged"]) }).nullable(),
    })
    .optional(),
  disks: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      role: z.enum(["os", "data"]),
      format: z.enum(DISK_FORMATS).nullable(),
      virtualSizeBytes: z.number(),
      allocatedBytes: z.number(),
      logicalSectorBytes: z.number().default(512),
      problem: Explanation.nullable(),
    }),
  ),
  attachments: z.object({
    passThrough: z.boolean(),
    iscsi: z.boolean(),
    sharedVhd: z.boolean(),
    fibreChannel: z.boolean(),
  }),
  orders: Orders.extend({ verdict: z.enum(["ok", "damaged"]) }).nullable(),
});
export const Heartbeat = z.object({
  hostName: z.string(),
  version: z.string(),
  machines: z.array(ReportedMachineWire),
  /** Measured at the host's sockets. */
  transfer: z
    .object({ sentBytes: z.number(), bytesPerSecond: z.number(), limitBytesPerSecond: z.number().nullable() })
    .optional(),
});

/** What the vault wants replicated; the agent converges on it. Machines not listed are not tracked. */
export const DesiredReplication = z.object({
  protectedItemId: z.string(),
  machineId: z.string(),
  diskIds: z.array(z.string()),
  intervalSeconds: z.number(),
  /** `paused`: the machine is failed over; keep nothing running for it. */
  state: z.enum(["active", "paused"]),
  /** The machine is flagged; `allowed` false: wait. Null or absent: not flagged. */
  resynchronization: z
    .object({ flagId: z.string(), compareWith: z.enum(["LastPoint", "Nothing"]), allowed: z.boolean() })
    .nullish(),
  lastPoint: z
    .object({
      id: z.string(),
      objectName: z.string(),
      /** The point before it: a write log that starts at either covers everything that changed. */
      previousId: z.string().nullable(),
    })
    .nullable(),
  /** How often the workload is quiesced, and when that was last tried; null: never. */
  applicationConsistent: z
    .object({ frequencySeconds: z.number(), lastAttemptAt: z.string().nullable() })
    .nullable()
    .default(null),
  /** The machine is cut together with the others of this name; `size`: how many they are in all. Null: alone. */
  consistencyGroup: z.object({ name: z.string(), size: z.number() }).nullable().default(null),
});
export type DesiredReplication = z.infer<typeof DesiredReplication>;
/** How the host may send, from now until the next answer. Null: no limit. */
export const TransferOrders = z.object({
  uploadThreads: z.number(),
  uploadBytesPerSecond: z.number().nullable(),
  resynchronizationReadBytesPerSecond: z.number().nullable(),
});
export type TransferOrders = z.infer<typeof TransferOrders>;
export const HeartbeatAnswer = z.object({
  replications: z.array(DesiredReplication),
  transfer: TransferOrders.optional(),
});

/** A failback to a host that does not have the machine. */
export const MachineToCreate = z.object({
  name: z.string(),
  generation: z.union([z.literal(1), z.literal(2)]),
  osType: z.enum(["Windows", "Linux", "Other"]),
  memoryBytes: z.number(),
  cpuCount: z.number(),
  disks: z
    .array(
      z.object({
        id: z.string(),
        name: z.string(),
        role: z.enum(["os", "data"]),
        format: z.enum(HOST_DISK_FORMATS),
        virtualSizeBytes: z.number(),
      }),
    )
    .readonly(),
});
export const QueuedCommand = z.object({
  id: z.string(),
  command: z.discriminatedUnion("type", [
    z.object({ type: z.literal("stopMachine"), machineId: z.string() }),
    z.object({ type: z.literal("startMachine"), machineId: z.string() }),
    z.object({
      type: z.literal("replicateNow"),
      protectedItemId: z.string(),
      final: z.boolean(),
      storeAgain: z.boolean().optional(),
    }),
    z.object({ type: z.literal("refreshInventory") }),
    z.object({
      type: z.literal("synchronizeBack"),
      machineId: z.string(),
      protectedItemId: z.string(),
      pointObjectName: z.string(),
      createMachine: MachineToCreate.nullable(),
    }),
  ]),
});
export type QueuedCommand = z.infer<typeof QueuedCommand>;
export const CommandOutcome = z.union([
  z.object({
    result: z.object({
      recoveryPointId: z.string().optional(),
      orders: Orders.nullable().optional(),
      power: z.string().optional(),
      synchronizedBack: z
        .array(
          z.object({
            diskId: z.string(),
            root: z.string(),
            bytesCompared: z.number(),
            bytesWritten: z.number(),
            bytesReceived: z.number(),
            bytesSaved: z.number(),
          }),
        )
        .optional(),
    }),
  }),
  z.object({ error: Explanation }),
]);

export const ProgressReport = z.object({
  protectedItemId: z.string(),
  phase: z.enum(["idle", "initial", "delta", "resync", "resyncRequired", "waiting", "error", "synchronizingBack"]),
  bytesDone: z.number(),
  bytesTotal: z.number(),
  bytesPerSecond: z.number(),
  secondsLeft: z.number().nullable(),
  pendingBytes: z.number(),
  sentBytes: z.number().default(0),
  sentBytesPerSecond: z.number().default(0),
  error: Explanation.nullable(),
});

export const PointRegistration = z.object({
  protectedItemId: z.string(),
  objectName: z.string(),
  at: z.string(),
  kind: z.enum(["CrashConsistent", "ApplicationConsistent"]),
  final: z.boolean(),
  disks: z.array(z.object({ diskId: z.string(), virtualSizeBytes: z.number(), root: z.string() })),
  sourceBytesRead: z.number(),
  changedBytes: z.number(),
  storedBytes: z.number(),
  orders: Orders.nullable(),
  /** Why a point that was to be application-consistent is not, or what went wrong after it was cut. */
  quiesceProblem: Explanation.nullable().default(null),
  /** One cut over all machines of a consistency group; `problem`: why not all of them have a point of it. */
  group: z
    .object({ name: z.string(), stamp: z.string(), size: z.number(), problem: Explanation.nullable() })
    .nullable()
    .default(null),
  /** Set on a point that answers a flag: everything was read and compared. */
  resynchronization: z
    .object({
      flagId: z.string(),
      bytesCompared: z.number(),
      bytesDifferent: z.number(),
      bytesSent: z.number(),
      /** Compared by an attempt that was interrupted, and not again. */
      bytesKept: z.number(),
    })
    .nullish(),
  /** What the cycle took; null for a point of an earlier life of the agent, registered belatedly. */
  cycle: z
    .object({ durationMs: z.number(), missedIntervals: z.number(), writeLogBytes: z.number().nullable() })
    .nullable()
    .default(null),
});
export type PointRegistration = z.infer<typeof PointRegistration>;

/** The host found that its write logs do not suffice, or that the vault lost data. */
export const ResynchronizationNotice = z.object({
  protectedItemId: z.string(),
  reason: z.string().max(2_000),
  compareWith: z.enum(["LastPoint", "Nothing"]),
});
export const ResynchronizationReceipt = z.object({ flagId: z.string(), allowed: z.boolean() });

export const PointReceipt = z.object({ recoveryPointId: z.string() });

export const CommandList = z.object({ commands: z.array(QueuedCommand) });

export const ObjectList = z.object({
  objects: z.array(z.object({ name: z.string(), sizeBytes: z.number(), modifiedAt: z.string() })),
});
