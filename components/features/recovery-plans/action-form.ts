import { durationOfSeconds, secondsOfDuration } from "@/lib/contract/iso-duration";
import { runbookIn, type ActionKind } from "./action-summary";
import type { FailoverDirection, FailoverType, PlanAction } from "./plan-draft";

/** What is typed into the panel of an action, of all kinds at once: who changes the kind and comes back finds it again. */
export interface ActionForm {
  readonly kind: ActionKind;
  readonly name: string;
  readonly types: readonly FailoverType[];
  readonly directions: readonly FailoverDirection[];
  readonly onFailure: "Default" | "Stop" | "Continue";
  readonly instructions: string;
  /** As typed; empty: never. */
  readonly overdueMinutes: string;
  readonly accountName: string | null;
  /** ARM id of the runbook. */
  readonly runbookId: string | null;
  readonly fabricLocation: "Primary" | "Recovery";
  readonly limitSeconds: string;
  readonly url: string;
  /** ARM id of the encrypted variable; null: unsigned. */
  readonly secretVariableId: string | null;
}

export type ActionField =
  | "name"
  | "types"
  | "directions"
  | "instructions"
  | "overdueMinutes"
  | "runbook"
  | "limitSeconds"
  | "url"
  | "fabricLocation";
export type ActionProblems = Readonly<Partial<Record<ActionField, string>>>;

const LIMIT_SECONDS_DEFAULT = 600;
const LIMIT_SECONDS_MAX = 86_400;
const OVERDUE_MINUTES_MAX = 100_000;
const NAME_LENGTH_MAX = 200;

export function actionForm(action: PlanAction | null): ActionForm {
  const details = action?.customDetails ?? null;
  const manual = details?.instanceType === "ManualActionDetails" ? details : null;
  const runbook = details?.instanceType === "AutomationRunbookActionDetails" ? details : null;
  const webhook = details?.instanceType === "WebhookActionDetails" ? details : null;
  const timeout = (runbook ?? webhook)?.timeout;
  return {
    kind: details?.instanceType ?? "ManualActionDetails",
    name: action?.actionName ?? "",
    types: action?.failoverTypes ?? ["TestFailover", "PlannedFailover", "UnplannedFailover"],
    directions: action?.failoverDirections ?? ["PrimaryToRecovery"],
    onFailure: action?.onFailure ?? "Default",
    instructions: manual?.description ?? "",
    overdueMinutes: manual?.timeoutMinutes ? String(manual.timeoutMinutes) : "",
    accountName: runbook ? runbookIn(runbook.runbookId).account : null,
    runbookId: runbook?.runbookId ?? null,
    fabricLocation: runbook?.fabricLocation ?? "Recovery",
    limitSeconds: String((timeout ? secondsOfDuration(timeout) : null) ?? LIMIT_SECONDS_DEFAULT),
    url: webhook?.uri ?? "",
    secretVariableId: webhook?.secretVariableId ?? null,
  };
}

export interface ActionSurroundings {
  /** Names of the other actions of the group. */
  readonly takenNames: readonly string[];
  /** Before or after the shutdown of the source: the only place where something can run at the primary side. */
  readonly isShutdown: boolean;
}

/** What is wrong, by field; empty when the action can be put into the plan. */
export function actionProblems(form: ActionForm, around: ActionSurroundings): ActionProblems {
  return { ...nameProblem(form, around), ...scopeProblems(form), ...kindProblems(form, around) };
}

function nameProblem(form: ActionForm, { takenNames }: ActionSurroundings): ActionProblems {
  const name = form.name.trim();
  if (name === "") return { name: "Give the action a name." };
  if (name.length > NAME_LENGTH_MAX) return { name: `A name has at most ${NAME_LENGTH_MAX} characters.` };
  return takenNames.includes(name)
    ? { name: "Another action of this group has this name. Choose a different one." }
    : {};
}

function scopeProblems({ types, directions }: ActionForm): ActionProblems {
  if (types.length === 0) return { types: "Choose at least one: an action that never runs is of no use." };
  if (directions.length === 0) return { directions: "Choose at least one direction." };
  if (types.every((type) => type === "Failback") && !directions.includes("RecoveryToPrimary"))
    return { directions: "A failback runs from Azure back to the site: choose that direction too." };
  return {};
}

function kindProblems(form: ActionForm, around: ActionSurroundings): ActionProblems {
  switch (form.kind) {
    case "ManualActionDetails":
      return {
        ...(form.instructions.trim() === "" ? { instructions: "Say what has to be done." } : {}),
        ...(form.overdueMinutes.trim() !== "" && !isWhole(form.overdueMinutes, OVERDUE_MINUTES_MAX)
          ? { overdueMinutes: `Minutes from 1 to ${OVERDUE_MINUTES_MAX}, or nothing.` }
          : {}),
      };
    case "AutomationRunbookActionDetails":
      return {
        ...(form.runbookId === null ? { runbook: "Choose a runbook." } : {}),
        ...(form.fabricLocation === "Primary" && !around.isShutdown
          ? { fabricLocation: "Only actions of the shutdown run at the primary site." }
          : {}),
        ...limitProblem(form),
      };
    case "WebhookActionDetails":
      return { ...urlProblem(form.url.trim()), ...limitProblem(form) };
  }
}

function urlProblem(url: string): ActionProblems {
  const isWeb = URL.canParse(url) && ["http:", "https:"].includes(new URL(url).protocol);
  return isWeb ? {} : { url: "An address that begins with https:// or http://." };
}

const limitProblem = ({ limitSeconds }: ActionForm): ActionProblems =>
  isWhole(limitSeconds, LIMIT_SECONDS_MAX) ? {} : { limitSeconds: `Seconds from 1 to ${LIMIT_SECONDS_MAX}.` };

function isWhole(text: string, max: number): boolean {
  const number = Number(text.trim());
  return text.trim() !== "" && Number.isInteger(number) && number >= 1 && number <= max;
}

/** The action as the service takes it. Of a form that has no problems. */
export function actionOfForm(form: ActionForm): PlanAction {
  return {
    actionName: form.name.trim(),
    failoverTypes: [...form.types],
    failoverDirections: [...form.directions],
    ...(form.onFailure === "Default" ? {} : { onFailure: form.onFailure }),
    customDetails: detailsOf(form),
  };
}

function detailsOf(form: ActionForm): PlanAction["customDetails"] {
  const timeout = durationOfSeconds(Number(form.limitSeconds));
  const minutes = form.overdueMinutes.trim();
  switch (form.kind) {
    case "ManualActionDetails":
      return {
        instanceType: form.kind,
        description: form.instructions.trim(),
        ...(minutes === "" ? {} : { timeoutMinutes: Number(minutes) }),
      };
    case "AutomationRunbookActionDetails":
      return { instanceType: form.kind, runbookId: form.runbookId ?? "", fabricLocation: form.fabricLocation, timeout };
    case "WebhookActionDetails":
      return { instanceType: form.kind, uri: form.url.trim(), secretVariableId: form.secretVariableId, timeout };
  }
}
