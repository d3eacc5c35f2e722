import type { JobDefinition } from "@/lib/jobs/job-definition";
import type { OperationContext } from "../context";
import { disableProtectionJob, disableSteps } from "./disable-protection-job";

/**
 * The machine stays in Azure for good: commit and end of protection in one. The end takes all recovery points, so that there
 * is nothing for a commit of its own to do. Names are ours.
 */
export const completeMigrationJob: JobDefinition<OperationContext> = {
  ...disableProtectionJob,
  scenarioName: "CompleteMigration",
  friendlyName: "Complete migration",
  steps: (input) => disableSteps(String(input["itemId"]), "CompleteMigration"),
};
