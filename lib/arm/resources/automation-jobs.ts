import {
  AutomationJobCreation,
  AutomationJobResource,
  AutomationTestJob,
  TestJobCreation,
} from "@/lib/contract/automation";
import { listOf } from "@/lib/contract/portal";
import { Refusal } from "@/lib/kernel/fault";
import { requireRunbook } from "@/lib/operations/automation/find-automation";
import { newestTrialOfDraft, readOutput, RUNS_LISTED_MAX } from "@/lib/operations/automation/read-runs";
import { SAMPLE_CONTEXT } from "@/lib/operations/automation/sample-context";
import { startTrial } from "@/lib/operations/automation/start-trial";
import { stopRun } from "@/lib/operations/automation/stop-run";
import { created, list, ok, text } from "../answers";
import { presentRun } from "../presenters/automation";
import { noSuchResource } from "../resolve";
import { route, type Call, type Route } from "../route";
import {
  ACCOUNT,
  accountOf,
  apiVersions,
  JOB,
  RUNBOOK,
  runbookOf,
  runOf,
  type AccountParams,
} from "./automation-paths";

/** More than is ever kept of one. */
const OUTPUT_BYTES_MAX = 4 * 1024 * 1024;
const TEST_JOB = `${RUNBOOK}/draft/testJob` as const;

export const automationJobRoutes: readonly Route[] = [
  route({
    method: "GET",
    path: `${ACCOUNT}/jobs`,
    summary: "Lists what runbooks were run, by people and by recovery plans, newest first.",
    apiVersions,
    answer: listOf(AutomationJobResource),
    async handle(call) {
      const account = await accountOf(call);
      const runs = await call.context.repositories.runbookRuns.listByAccount(account.id, { take: RUNS_LISTED_MAX });
      return list(runs.map((run) => presentRun(account, run)));
    },
  }),
  route({
    method: "GET",
    path: JOB,
    summary: "Gets one run of a runbook.",
    apiVersions,
    answer: AutomationJobResource,
    async handle(call) {
      const { account, run } = await runOf(call);
      return ok(presentRun(account, run));
    },
  }),
  route({
    method: "PUT",
    path: JOB,
    summary: "Runs a runbook by itself; its name is a new UUID. Sent again, it answers the run that there is.",
    apiVersions,
    body: AutomationJobCreation,
    answer: AutomationJobResource,
    async handle(call) {
      const account = await accountOf(call);
      const { runbook: wanted, parameters, isDraft, timeoutSeconds } = call.body.properties;
      const runbook = await requireRunbook(call.context, account, wanted.name);
      const run = await startTrial(call.context, account, runbook, {
        name: call.params.jobName,
        isDraft: isDraft ?? false,
        context: contextFrom(parameters?.RecoveryPlanContext ?? null),
        timeoutSeconds: timeoutSeconds ?? null,
      });
      return created(presentRun(account, run));
    },
  }),
  route({
    method: "POST",
    path: `${JOB}/stop`,
    summary: "Ends a run with all its processes.",
    apiVersions,
    async handle(call) {
      await stopRun(call.context, (await runOf(call)).run);
      return ok({});
    },
  }),
  route({
    method: "GET",
    path: `${JOB}/output`,
    summary: "What a run has printed so far, as far as it is kept, secrets masked. fromByte (ours): only what follows.",
    apiVersions,
    async handle(call) {
      const { run } = await runOf(call);
      const { text: printed, nextByte } = await readOutput(call.context, run, fromByte(call), OUTPUT_BYTES_MAX);
      const answer = text(printed);
      answer.headers.set("X-Next-Byte", String(nextByte));
      return answer;
    },
  }),
  route({
    method: "PUT",
    path: TEST_JOB,
    summary: "Runs the draft of a runbook.",
    apiVersions,
    body: TestJobCreation,
    bodyOptional: true,
    answer: AutomationTestJob,
    async handle(call) {
      const { account, runbook } = await runbookOf(call);
      const run = await startTrial(call.context, account, runbook, {
        name: call.context.random.uuid(),
        isDraft: true,
        context: contextFrom(call.body.parameters?.RecoveryPlanContext ?? null),
        timeoutSeconds: call.body.timeoutSeconds ?? null,
      });
      return created(presentRun(account, run).properties);
    },
  }),
  route({
    method: "GET",
    path: TEST_JOB,
    summary: "The newest run of the draft.",
    apiVersions,
    answer: AutomationTestJob,
    async handle(call) {
      const { account, run } = await testJobOf(call);
      return ok(presentRun(account, run).properties);
    },
  }),
  route({
    method: "POST",
    path: `${TEST_JOB}/stop`,
    summary: "Ends the newest run of the draft.",
    apiVersions,
    async handle(call) {
      await stopRun(call.context, (await testJobOf(call)).run);
      return ok({});
    },
  }),
];

async function testJobOf(call: Call<AccountParams | "runbookName", unknown>) {
  const account = await accountOf(call);
  const run = await newestTrialOfDraft(call.context, account, call.params.runbookName);
  if (!run) throw noSuchResource(`${call.params.runbookName}/draft/testJob`, "runbookName");
  return { account, run };
}

function fromByte(call: Call): number {
  const given = Number(call.query.get("fromByte") ?? "0");
  return Number.isSafeInteger(given) && given >= 0 ? given : 0;
}

function contextFrom(given: string | Record<string, unknown> | null): Readonly<Record<string, unknown>> {
  if (given === null) return { ...SAMPLE_CONTEXT };
  if (typeof given !== "string") return given;
  try {
    const value: unknown = JSON.parse(given);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return { ...value };
  } catch {
    // Said below, as for a text that is JSON of something else.
  }
  throw new Refusal(
    "invalid",
    {
      code: "InvalidRecoveryPlanContext",
      message: "The recovery plan context is not a JSON object.",
      possibleCauses: "A bracket or a quotation mark is missing, or it is a list.",
      recommendedAction: "Send an object such as the one that docs/runbooks.md shows.",
    },
    "properties.parameters.RecoveryPlanContext",
  );
}
