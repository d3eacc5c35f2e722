import { z } from "zod";

/** What the portal reads of a replication job, its tasks and their errors (api-version 2023-06-01). */
export const JobErrorView = z.object({
  serviceErrorDetails: z
    .object({
      code: z.string().nullish(),
      message: z.string().nullish(),
      possibleCauses: z.string().nullish(),
      recommendedAction: z.string().nullish(),
    })
    .nullish(),
  providerErrorDetails: z
    .object({
      errorMessage: z.string().nullish(),
      errorId: z.string().nullish(),
      possibleCauses: z.string().nullish(),
      recommendedAction: z.string().nullish(),
    })
    .nullish(),
  errorLevel: z.string().nullish(),
  creationTime: z.string().nullish(),
  taskId: z.string().nullish(),
});
export type JobErrorView = z.infer<typeof JobErrorView>;

const ChildJob = z.object({
  jobId: z.string().nullish(),
  jobFriendlyName: z.string().nullish(),
  targetObjectName: z.string().nullish(),
});

const TaskCustomDetails = z.looseObject({
  instanceType: z.string().nullish(),
  /** ManualActionTaskDetails. */
  name: z.string().nullish(),
  instructions: z.string().nullish(),
  observation: z.string().nullish(),
  /** VirtualMachineTaskDetails and JobTaskDetails. */
  jobTask: ChildJob.nullish(),
  skippedReasonString: z.string().nullish(),
});

export interface JobTask {
  taskId?: string | null | undefined;
  name?: string | null | undefined;
  friendlyName?: string | null | undefined;
  startTime?: string | null | undefined;
  endTime?: string | null | undefined;
  state?: string | null | undefined;
  stateDescription?: string | null | undefined;
  taskType?: string | null | undefined;
  allowedActions?: string[] | null | undefined;
  customDetails?: z.infer<typeof TaskCustomDetails> | null | undefined;
  groupTaskCustomDetails?:
    | {
        instanceType?: string | null | undefined;
        name?: string | null | undefined;
        childTasks?: JobTask[] | null | undefined;
      }
    | null
    | undefined;
  errors?: JobErrorView[] | null | undefined;
}

export const JobTask: z.ZodType<JobTask> = z.lazy(() =>
  z.object({
    taskId: z.string().nullish(),
    name: z.string().nullish(),
    friendlyName: z.string().nullish(),
    startTime: z.string().nullish(),
    endTime: z.string().nullish(),
    state: z.string().nullish(),
    stateDescription: z.string().nullish(),
    taskType: z.string().nullish(),
    allowedActions: z.array(z.string()).nullish(),
    customDetails: TaskCustomDetails.nullish(),
    groupTaskCustomDetails: z
      .object({
        instanceType: z.string().nullish(),
        name: z.string().nullish(),
        childTasks: z.array(JobTask).nullish(),
      })
      .nullish(),
    errors: z.array(JobErrorView).nullish(),
  }),
);

export const JobView = z.object({
  id: z.string(),
  name: z.string(),
  properties: z.looseObject({
    scenarioName: z.string(),
    friendlyName: z.string().nullish(),
    state: z.string(),
    stateDescription: z.string().nullish(),
    tasks: z.array(JobTask).nullish(),
    errors: z.array(JobErrorView).nullish(),
    startTime: z.string().nullish(),
    endTime: z.string().nullish(),
    allowedActions: z.array(z.string()).nullish(),
    targetObjectId: z.string().nullish(),
    targetObjectName: z.string().nullish(),
    targetInstanceType: z.string().nullish(),
    customDetails: z.looseObject({ instanceType: z.string().nullish() }).nullish(),
  }),
});
export type JobView = z.infer<typeof JobView>;
