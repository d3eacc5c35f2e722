import { z } from "zod";
import { Orders, resource } from "./portal";

/**
 * Both sides of a protected machine at one moment, and what may be decided about them (our namespace):
 *
 * GET  …/replicationProtectedItems/{rpi}/providers/Secondsite.Recovery/standing           FailoverStanding
 * POST …/replicationProtectedItems/{rpi}/providers/Secondsite.Recovery/standing/resolve   ResolveBothRunningBody -> FailoverStanding
 */
const Choice = z.enum(["ShutDownSource", "StopReplica", "LeaveBoth"]);

export const FailoverStanding = resource(
  z.object({
    direction: z.enum(["PrimaryToRecovery", "RecoveryToPrimary"]),
    source: z.object({
      /** Of its console. */
      machineId: z.string(),
      hostName: z.string().nullable(),
      isConnected: z.boolean(),
      /** As its host last reported it; null: it does not have the machine. */
      power: z.string().nullable(),
      orders: Orders.nullable(),
    }),
    /** What a failover made; null: nothing is there. */
    replica: z
      .object({
        machineId: z.string(),
        name: z.string(),
        power: z.string(),
        orders: Orders.nullable(),
        /** Taken in Azure since the failover, measured now: lost when the failover is cancelled. Null: not known. */
        ordersOnReplicaOnly: z.number().nullable(),
      })
      .nullable(),
    /** Source and replica run at the same time. */
    bothRunning: z
      .object({ since: z.string(), left: z.object({ at: z.string(), reason: z.string() }).nullable() })
      .nullable(),
    /** `disabledReason`: why it cannot be chosen now. */
    choices: z.array(z.object({ choice: Choice, disabledReason: z.string().nullable() })),
    /** The failback that waits for somebody to complete it (ARM id of its job). */
    waitingJobId: z.string().nullable(),
    /** Hosts of the vault to which the machine can be failed back. `problem`: why it cannot go there now. */
    hosts: z.array(
      z.object({
        /** ARM id of its provider. */
        providerId: z.string(),
        hostName: z.string(),
        siteName: z.string(),
        isOriginal: z.boolean(),
        hasMachine: z.boolean(),
        problem: z.string().nullable(),
      }),
    ),
  }),
);
export type FailoverStanding = z.infer<typeof FailoverStanding>;

export const ResolveBothRunningBody = z.object({
  properties: z.object({ choice: Choice, reason: z.string().max(1000).nullish() }),
});
