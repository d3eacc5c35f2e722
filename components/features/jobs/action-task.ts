import { z } from "zod";
import { ManualActionFacts } from "@/lib/contract/plan-actions";
import type { AsrTask } from "@/lib/contract/replication-jobs";

/** The output of a runbook while it runs and when it has ended, and a webhook's answer: they have their own places. */
const Output = z.object({
  output: z.string().nullish(),
  outputTail: z.string().nullish(),
  outputBytes: z.number().nullish(),
  url: z.string().nullish(),
  status: z.number().nullish(),
  seconds: z.number().nullish(),
  responseTail: z.string().nullish(),
});
export const OUTPUT_KEYS = Object.keys(Output.shape);

export interface RunbookOutput {
  readonly kind: "runbook";
  readonly text: string;
  /** Everything that it printed; more than is shown when it printed much. */
  readonly bytes: number;
}
export interface WebhookAnswer {
  readonly kind: "webhook";
  readonly url: string;
  /** Null: no answer yet. */
  readonly status: number | null;
  readonly seconds: number | null;
  readonly body: string;
}

const detailsOf = (task: AsrTask): unknown => task.customDetails?.["details"] ?? {};

/** What an action of a plan printed or was answered; null for every other step, and before it has begun. */
export function actionOutput(task: AsrTask): RunbookOutput | WebhookAnswer | null {
  const parsed = Output.safeParse(detailsOf(task));
  if (!parsed.success || task.state === "NotStarted" || task.state === "Skipped") return null;
  const { output, outputTail, outputBytes, url, status, seconds, responseTail } = parsed.data;
  switch (task.customDetails?.instanceType) {
    case "AutomationRunbookTaskDetails":
      return { kind: "runbook", text: outputTail ?? output ?? "", bytes: outputBytes ?? 0 };
    case "WebhookTaskDetails":
      return {
        kind: "webhook",
        url: url ?? "",
        status: status ?? null,
        seconds: seconds ?? null,
        body: responseTail ?? "",
      };
    default:
      return null;
  }
}

export const isManual = (task: AsrTask): boolean => task.customDetails?.instanceType === "ManualActionTaskDetails";

/** As far as a manual action has come; null for every other step. */
export function manualFacts(task: AsrTask): ManualActionFacts | null {
  if (!isManual(task)) return null;
  const parsed = ManualActionFacts.safeParse(detailsOf(task));
  return parsed.success ? parsed.data : {};
}

export const MANUAL_KEYS = Object.keys(ManualActionFacts.shape);

/** The file names of evidence as links; an overdue action is one that still waits after its time. */
export const isOverdue = (facts: ManualActionFacts, now: number): boolean =>
  Boolean(facts.overdueAt) && facts.completedAt === undefined && now > new Date(facts.overdueAt ?? "").getTime();
