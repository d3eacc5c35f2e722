import { z } from "zod";
import { PlanRunFacts } from "./plan-actions";

/**
 * Replication jobs as the service sends them (asr reference 1.3): no `type`; beside `properties` the status document of a
 * long-running operation, since the job is what Azure-AsyncOperation points at.
 */
export const ResumeJobBody = z.object({ properties: z.object({ comments: z.string().nullish() }).nullish() });

export const JobErrorWire = z.object({
  serviceErrorDetails: z.object({
    code: z.string(),
    message: z.string(),
    possibleCauses: z.string(),
    recommendedAction: z.string(),
    activityId: z.string(),
  }),
  providerErrorDetails: z.null(),
  errorLevel: z.enum(["Error", "Warning"]),
  creationTime: z.string(),
  taskId: z.string().nullable(),
});
export type JobErrorWire = z.infer<typeof JobErrorWire>;

const TaskDetails = z.looseObject({ instanceType: z.string() });

export interface AsrTask {
  taskId: string;
  name: string;
  startTime: string;
  endTime: string;
  allowedActions: string[];
  friendlyName: string;
  state: string;
  stateDescription: string;
  taskType: string;
  customDetails: z.infer<typeof TaskDetails> | null;
  groupTaskCustomDetails: { instanceType: string; childTasks: AsrTask[]; [extra: string]: unknown } | null;
  errors: JobErrorWire[];
}
export const AsrTask: z.ZodType<AsrTask> = z.lazy(() =>
  z.object({
    taskId: z.string(),
    name: z.string(),
    startTime: z.string(),
    endTime: z.string(),
    allowedActions: z.array(z.string()),
    friendlyName: z.string(),
    state: z.string(),
    stateDescription: z.string(),
    taskType: z.string(),
    customDetails: TaskDetails.nullable(),
    groupTaskCustomDetails: z.looseObject({ instanceType: z.string(), childTasks: z.array(AsrTask) }).nullable(),
    errors: z.array(JobErrorWire),
  }),
);

const ProtectedItemDetails = z.object({
  name: z.string(),
  friendlyName: z.string(),
  testVmName: z.string().nullable(),
  testVmFriendlyName: z.string().nullable(),
  networkConnectionStatus: z.string().nullable(),
  networkFriendlyName: z.string().nullable(),
  subnet: z.string().nullable(),
  recoveryPointId: z.string().nullable(),
  recoveryPointTime: z.string().nullable(),
});
export type ProtectedItemDetails = z.infer<typeof ProtectedItemDetails>;
const affectedObjectDetails = z.record(z.string(), z.string());

export const JobCustomDetails = z.discriminatedUnion("instanceType", [
  z.object({ instanceType: z.literal("AsrJobDetails"), affectedObjectDetails }),
  z.object({
    instanceType: z.literal("FailoverJobDetails"),
    affectedObjectDetails,
    protectedItemDetails: z.array(ProtectedItemDetails),
    /** Ours: of a recovery plan's run. */
    planRun: PlanRunFacts.optional(),
  }),
  z.object({
    instanceType: z.literal("TestFailoverJobDetails"),
    affectedObjectDetails,
    testFailoverStatus: z.string(),
    comments: z.string().nullable(),
    networkName: z.string().nullable(),
    networkFriendlyName: z.string().nullable(),
    networkType: z.string(),
    protectedItemDetails: z.array(ProtectedItemDetails),
    planRun: PlanRunFacts.optional(),
  }),
]);
export type JobCustomDetails = z.infer<typeof JobCustomDetails>;

const State = z.enum(["NotStarted", "InProgress", "Suspended", "Succeeded", "Failed", "Cancelled"]);
export const ReplicationJobResource = z.object({
  id: z.string(),
  name: z.string(),
  status: State,
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
  startTime: z.string(),
  endTime: z.string().nullable(),
  properties: z.object({
    activityId: z.string(),
    scenarioName: z.string(),
    friendlyName: z.string(),
    state: State,
    stateDescription: z.string(),
    tasks: z.array(AsrTask),
    errors: z.array(JobErrorWire),
    startTime: z.string(),
    endTime: z.string().nullable(),
    allowedActions: z.array(z.enum(["Cancel", "Restart", "Resume"])),
    targetObjectId: z.string(),
    targetObjectName: z.string(),
    targetInstanceType: z.string(),
    customDetails: JobCustomDetails,
  }),
});
export type ReplicationJobResource = z.infer<typeof ReplicationJobResource>;
