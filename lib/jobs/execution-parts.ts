import type { JobServiceParts } from "./job-service";

/** What a runner and its executions share. `owner` names this process in leases. */
export interface ExecutionParts<S> extends JobServiceParts<S> {
  readonly owner: string;
}
