import { providerArmId } from "@/lib/contract/arm-id";
import type { AsrTask } from "@/lib/contract/replication-jobs";
import type { Vault } from "@/lib/domain/entities";
import type { JobStep } from "@/lib/jobs/job";
import {
  MANUAL_ACTION_TASK,
  RUNBOOK_ACTION_TASK,
  WEBHOOK_ACTION_TASK,
} from "@/lib/operations/recovery-plans/action-steps";

/** The service's details of the task that an action of a recovery plan is; null for any other task. */
export function presentActionTask(vault: Vault, step: JobStep): AsrTask["customDetails"] {
  const text = (key: string) => (typeof step.details[key] === "string" ? step.details[key] : "");
  switch (step.taskType) {
    case MANUAL_ACTION_TASK:
      return {
        instanceType: "ManualActionTaskDetails",
        name: step.friendlyName,
        instructions: text("instructions"),
        observation: text("observation"),
      };
    case RUNBOOK_ACTION_TASK: {
      const [accountName, runbookName] = [text("accountName"), text("runbookName")];
      const runbookId =
        runbookName === ""
          ? ""
          : providerArmId(vault, "Microsoft.Automation", "automationAccounts", accountName, "runbooks", runbookName);
      return {
        instanceType: "AutomationRunbookTaskDetails",
        name: step.friendlyName,
        subscriptionId: vault.subscriptionId,
        accountName,
        runbookId,
        runbookName,
        jobId: text("idempotencyKey"),
        jobOutput: text("outputTail"),
        isPrimarySideScript: step.details["isPrimarySideScript"] === true,
      };
    }
    case WEBHOOK_ACTION_TASK:
      return { instanceType: "WebhookTaskDetails", name: step.friendlyName, uri: text("url") };
    default:
      return null;
  }
}
