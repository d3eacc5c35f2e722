import { z } from "zod";
import { DISK_FORMATS } from "@/lib/kernel/disk-format";

/**
 * The control protocol of a compute host: JSON over HTTP on a unix socket that only the owner may open. The same host
 * program plays an on-premises Hyper-V host (lib/site drives it, the MARS agent cuts and reads its disks) and the Azure
 * region (the server deploys replicas on it).
 *
 * GET  /host                                   -> HostStatus
 * PUT  /host/hypervisor          HypervisorRequest -> HostStatus      (what machines are started with from now on)
 * PUT  /machines/{id}            MachineDefinition -> MachineStatus   (idempotent; registers a machine and its disks)
 * GET  /machines/{id}                          -> MachineStatus
 * DELETE /machines/{id}                        -> 204                 (powers off, forgets it; never deletes disks)
 * POST /machines/{id}/start                    -> MachineStatus       (idempotent)
 * POST /machines/{id}/stop                     -> MachineStatus       (idempotent; off when it returns)
 * POST /machines/{id}/disks/settle             -> {ordinary: boolean} (disks started instantly that are proven become ordinary)
 * GET  /machines/{id}/console                  -> ConsoleView
 * GET  /machines/{id}/screenshot               -> PNG, or 204 when the machine is off
 * GET  /machines/{id}/console/stream           -> newline-delimited ConsoleView, one a change
 * PUT  /machines/{id}/tracking TrackingRequest -> MachineStatus       (starts or ends the write logs)
 * POST /machines/{id}/cuts       CutRequest    -> Cut                 (atomic over all disks; replaces an earlier cut)
 * POST /cuts                     GroupCutRequest -> GroupCut          (atomic over all disks of all these machines)
 * POST /machines/{id}/cuts/{cutId}/verify      -> {valid: boolean}    (false: what was read may be mixed; discard it)
 * POST /machines/{id}/cuts/{cutId}/release ReleaseRequest -> {released: boolean}   (false: the cut was void already)
 * PUT  /machines/{id}/incoming   IncomingRequest -> MachineStatus  (idempotent; somebody else writes the images from now on)
 * POST /machines/{id}/incoming/end IncomingEnd  -> {taken: boolean} (false: nothing of that name was under way)
 * Errors: status 4xx/5xx, body {error: Explanation}.
 */
/** Ids become file names. */
const Id = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$/);

const Explanation = z.object({
  code: z.string(),
  message: z.string(),
  possibleCauses: z.string(),
  recommendedAction: z.string(),
});

export const MachineDefinition = z.object({
  id: Id,
  name: z.string(),
  generation: z.union([z.literal(1), z.literal(2)]).default(1),
  osType: z.enum(["Windows", "Linux", "Other"]).default("Other"),
  memoryBytes: z.number().int().positive(),
  cpuCount: z.number().int().positive().default(1),
  /** Absolute paths, boot disk first. */
  disks: z.array(
    z.object({
      id: Id,
      name: z.string(),
      path: z.string().startsWith("/"),
      role: z.enum(["os", "data"]),
      /** Why the file is not opened, whatever it is: who described the machine pointed somewhere else. */
      refused: Explanation.optional(),
    }),
  ),
  /** Whether the host should run it: `running` also after a restart of the host. */
  desired: z.enum(["running", "off"]),
  /** False: the images are served for replication, but this machine cannot be started (a folder of somebody's disks). */
  bootable: z.boolean().default(true),
  attachments: z
    .object({ passThrough: z.boolean(), iscsi: z.boolean(), sharedVhd: z.boolean(), fibreChannel: z.boolean() })
    .default({ passThrough: false, iscsi: false, sharedVhd: false, fibreChannel: false }),
});
export type MachineDefinition = z.infer<typeof MachineDefinition>;
/** As a caller may write it: what has a default may be left out. */
export type MachineDefinitionInput = z.input<typeof MachineDefinition>;

export const DiskStatus = z.object({
  id: z.string(),
  name: z.string(),
  path: z.string(),
  role: z.enum(["os", "data"]),
  /** Null when the image could not be opened; `problem` says why. */
  format: z.enum(DISK_FORMATS).nullable(),
  virtualSizeBytes: z.number(),
  allocatedBytes: z.number(),
  /** 4096: a 4K disk. */
  logicalSectorBytes: z.number().default(512),
  problem: Explanation.nullable(),
  /** Bytes written since the last committed cut. */
  pendingBytes: z.number(),
  /** There while the disk is not an ordinary one yet (lib/engine/on-demand). */
  onDemand: z
    .object({
      stage: z.enum(["hydrating", "merging"]),
      /** What the guest wrote and the image does not hold yet; null while the disk is closed. */
      overlayBytes: z.number().nullable(),
      /** Why blocks cannot be had at the moment: the guest's reads wait for them. Null: nothing waits. */
      waiting: z.string().nullable(),
    })
    .optional(),
});
export type DiskStatus = z.infer<typeof DiskStatus>;

const BootWords = z.object({
  firstLineMs: z.number().nullable(),
  report: z.object({ orders: z.number(), verdict: z.enum(["ok", "damaged"]) }).nullable(),
});

/**
 * The disks of the machine are becoming what a point holds: their agent writes the images, the host keeps its hands off
 * and does not start the machine. `writing`: they may be a mixture, also when who wrote them was killed. `moreToCome`:
 * they are that point, but not yet the last one.
 */
export const Incoming = z.object({ point: z.string().max(256), stage: z.enum(["writing", "moreToCome"]) });
export type Incoming = z.infer<typeof Incoming>;

export const MachineStatus = MachineDefinition.extend({
  power: z.enum(["off", "starting", "running", "stopping", "failed"]),
  powerProblem: z.string().nullable(),
  tracking: z.boolean(),
  disks: z.array(DiskStatus),
  /**
   * Confirmed orders so far, where the guest is our ledger guest: from its console while it runs, from its disk while it
   * is off. `lastAt` is the guest's clock, UTC, `2026-11-22T18:00:01Z`.
   */
  orders: z.object({ count: z.number(), lastAt: z.string().nullable(), verdict: z.enum(["ok", "damaged"]) }).nullable(),
  /** What the guest last complained about on its console (it cannot write to its disk, its ledger is full); or null. */
  guestProblem: z.string().nullable(),
  /** Since it was last started; as in ConsoleView. */
  boot: BootWords.optional(),
  /** Null: its disks are its own. */
  incoming: Incoming.nullable().default(null),
});
export type MachineStatus = z.infer<typeof MachineStatus>;

export const HostStatus = z.object({
  hostName: z.string(),
  pid: z.number(),
  /** Changes at every start of the host process: cuts of an earlier epoch are void. */
  epoch: z.string(),
  hypervisor: z.string(),
  hypervisorProblem: z.string().nullable(),
  /** All that can be chosen; `problem` says why one cannot be used here. */
  hypervisors: z.array(z.object({ name: z.string(), problem: z.string().nullable() })).optional(),
  machines: z.array(MachineStatus),
  /** What the host found wrong at its start and went on without: unreadable machine definitions. */
  problems: z.array(z.string()),
});
export type HostStatus = z.infer<typeof HostStatus>;

export const HypervisorRequest = z.object({ name: z.string().max(32) });

export const ConsoleView = z.object({
  power: MachineStatus.shape.power,
  rows: z.array(z.string()),
  serial: z.string(),
  revision: z.number(),
  orders: MachineStatus.shape.orders,
  powerProblem: z.string().nullable(),
  /** What the ledger guest found on its disk when it started, in its own words on the serial port; null before. */
  bootReport: z.object({ orders: z.number(), verdict: z.enum(["ok", "damaged"]) }).nullable(),
  /** Milliseconds from power-on to the first line of the serial port; null before it came. */
  firstLineMs: z.number().nullable(),
});
export type ConsoleView = z.infer<typeof ConsoleView>;

export const TrackingRequest = z.object({
  enabled: z.boolean(),
  /** Which disks; all of them when left out. Enabling ends the logs of the disks not named. */
  diskIds: z.array(z.string()).min(1).optional(),
});
export type TrackingRequest = z.infer<typeof TrackingRequest>;

export const CutRequest = z.object({
  /** Chosen by the host when left out. */
  cutId: Id.optional(),
  /** Which disks; all of them when left out. */
  diskIds: z.array(z.string()).min(1).optional(),
  /** Ask the guest first to bring its data to rest; it goes on as soon as the cut is taken. */
  quiesce: z.boolean().optional(),
});
export type CutRequest = z.infer<typeof CutRequest>;

export const ReleaseRequest = z.object({
  /** What the cut holds is safe elsewhere: the write logs up to it are dropped. */
  committed: z.boolean(),
  /** With `committed`: the name of the point that now holds it. Later cuts return it. */
  baseline: z.string().max(256).nullable().default(null),
});
export type ReleaseRequest = z.input<typeof ReleaseRequest>;

export const IncomingRequest = z.object({ point: Incoming.shape.point });
export type IncomingRequest = z.infer<typeof IncomingRequest>;

export const IncomingEnd = z.object({
  point: Incoming.shape.point,
  /** The disks that are now what the point holds, and how their files looked when that was proven. */
  disks: z
    .array(
      z.object({
        diskId: z.string(),
        identity: z.object({ fileId: z.string(), sizeBytes: z.number(), modifiedNs: z.string() }),
      }),
    )
    .min(1),
  /** The machine stays as it is until a later point has come. Otherwise the write logs begin at this point. */
  moreToCome: z.boolean(),
});
export type IncomingEnd = z.infer<typeof IncomingEnd>;

/** One disk of a cut. Readers open `imagePath` themselves and consult `preservePath` after every read. */
export const CutDisk = z.object({
  diskId: z.string(),
  imagePath: z.string(),
  format: z.enum(DISK_FORMATS),
  virtualSizeBytes: z.number(),
  /** Blocks overwritten since the cut, as they were at the cut (lib/engine/tracking/preserve-log). Null: nobody writes. */
  preservePath: z.string().nullable(),
  /** Closed write logs since the last committed cut, oldest first. Null: unknown, everything must be read. */
  writeLogPaths: z.array(z.string()).nullable(),
});
/**
 * What became of the wish to quiesce. `notAvailable`: nothing in the machine can be asked. In both other cases than
 * `quiesced` the cut is crash-consistent.
 */
export const Quiesced = z.discriminatedUnion("state", [
  z.object({
    state: z.literal("quiesced"),
    /** The application's own mark, found on the disk at the cut. */
    mark: z.object({ sequence: z.number(), orders: z.number(), at: z.string() }),
  }),
  z.object({ state: z.literal("notAvailable"), problem: Explanation }),
  z.object({ state: z.literal("failed"), problem: Explanation }),
]);
export type Quiesced = z.infer<typeof Quiesced>;

export const Cut = z.object({
  cutId: z.string(),
  epoch: z.string(),
  at: z.string(),
  disks: z.array(CutDisk),
  /**
   * The name that the last committed release gave to its point; null when none did. The write logs cover at least what
   * changed since that point (after a kill they may begin one point earlier).
   */
  baseline: z.string().nullable(),
  /** The application's own mark at the instant of the cut: read from the disk, not from the console. */
  orders: z.object({ count: z.number(), lastAt: z.string().nullable() }).nullable(),
  /** Null when it was not asked for. */
  quiesced: Quiesced.nullable().default(null),
});
export type Cut = z.infer<typeof Cut>;
export type CutDisk = z.infer<typeof CutDisk>;

/** Azure's limit for a multi-VM consistency group. */
export const GROUP_MACHINES_MAX = 16;
export const GroupCutRequest = z.object({
  machines: z
    .array(CutRequest.extend({ machineId: z.string() }))
    .min(1)
    .max(GROUP_MACHINES_MAX),
});
export type GroupCutRequest = z.infer<typeof GroupCutRequest>;

/** One instant for all: no guest of them writes between the first disk's cut and the last one's. */
export const GroupCut = z.object({
  at: z.string(),
  machines: z.array(
    z.union([
      z.object({ machineId: z.string(), cut: Cut }),
      /** This machine could not be cut; the cuts of the others stand. */
      z.object({ machineId: z.string(), error: Explanation }),
    ]),
  ),
});
export type GroupCut = z.infer<typeof GroupCut>;
