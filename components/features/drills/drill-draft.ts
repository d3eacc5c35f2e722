import type { DrillBody, DrillResource } from "@/lib/contract/drills";
import { WEEKDAYS } from "@/lib/domain/bandwidth";
import { cronProblem } from "@/lib/domain/drill-schedule";

export type DrillWindow = NonNullable<DrillBody["properties"]["windows"]>[number];

/** A drill as it is being typed: numbers are text until they are sent. */
export interface DrillDraft {
  readonly name: string;
  readonly planName: string;
  readonly trigger: "Schedule" | "AfterDrill";
  readonly cron: string;
  readonly afterDrill: string;
  readonly afterWhen: "Succeeded" | "Ended";
  readonly timeZone: string;
  readonly windows: readonly DrillWindow[];
  readonly whenMissed: "Skip" | "RunLate";
  readonly graceMinutes: string;
  /** ARM id; empty: not connected. */
  readonly networkId: string;
  readonly point: NonNullable<DrillBody["properties"]["recoveryPointType"]>;
  readonly useSharedPoints: boolean;
  readonly cleanUp: "AfterMinutes" | "ByPerson";
  readonly holdMinutes: string;
  readonly keepRuns: string;
  readonly enabled: boolean;
}

export const cronExamples: readonly { readonly cron: string; readonly label: string }[] = [
  { cron: "0 2 * * *", label: "Every day at 02:00" },
  { cron: "0 2 * * 6", label: "Every Saturday at 02:00" },
  { cron: "0 2 1 * *", label: "The first day of every month at 02:00" },
  { cron: "0 2 1 */3 *", label: "The first day of every quarter at 02:00" },
];

export function newDraft(planName: string, networkId: string, timeZone: string): DrillDraft {
  return {
    ...{ name: "", planName, trigger: "Schedule", cron: "0 2 * * 6", afterDrill: "", afterWhen: "Succeeded" },
    ...{ timeZone, windows: [], whenMissed: "Skip", graceMinutes: "60", networkId, point: "Latest" },
    ...{ useSharedPoints: false, cleanUp: "AfterMinutes", holdMinutes: "30", keepRuns: "100", enabled: true },
  };
}

export function draftOf({ name, properties }: DrillResource): DrillDraft {
  const { trigger, cleanUp } = properties;
  return {
    ...{ name, planName: properties.recoveryPlanName ?? "", trigger: trigger.kind },
    cron: trigger.kind === "Schedule" ? trigger.cron : "0 2 * * 6",
    afterDrill: trigger.kind === "AfterDrill" ? trigger.drillName : "",
    afterWhen: trigger.kind === "AfterDrill" ? trigger.when : "Succeeded",
    ...{ timeZone: properties.timeZone, windows: properties.windows, whenMissed: properties.whenMissed },
    ...{ graceMinutes: String(properties.graceMinutes), networkId: properties.networkId ?? "" },
    ...{ point: properties.recoveryPointType, useSharedPoints: properties.useMultiVmSyncPoint },
    cleanUp: cleanUp.kind,
    holdMinutes: cleanUp.kind === "AfterMinutes" ? String(cleanUp.minutes) : "30",
    ...{ keepRuns: String(properties.keepRuns), enabled: properties.enabled },
  };
}

export function propertiesOf(draft: DrillDraft, planId: string): DrillBody["properties"] {
  return {
    recoveryPlanId: planId,
    trigger:
      draft.trigger === "Schedule"
        ? { kind: "Schedule", cron: draft.cron.trim() }
        : { kind: "AfterDrill", drillName: draft.afterDrill, when: draft.afterWhen },
    timeZone: draft.timeZone.trim(),
    windows: [...draft.windows],
    whenMissed: draft.whenMissed,
    graceMinutes: draft.whenMissed === "RunLate" ? numberOf(draft.graceMinutes) : 0,
    networkId: draft.networkId === "" ? null : draft.networkId,
    recoveryPointType: draft.point,
    useMultiVmSyncPoint: draft.useSharedPoints,
    cleanUp:
      draft.cleanUp === "ByPerson"
        ? { kind: "ByPerson" }
        : { kind: "AfterMinutes", minutes: numberOf(draft.holdMinutes) },
    enabled: draft.enabled,
    keepRuns: numberOf(draft.keepRuns),
  };
}

/** What is no number is sent as one that every rule refuses, so that the field is named. */
const numberOf = (text: string) => (/^\d+$/.test(text.trim()) ? Number(text) : -1);

/** What the form can say before it asks the service; null: nothing. */
export function cronDraftProblem(draft: DrillDraft): string | null {
  return draft.trigger === "Schedule" ? cronProblem(draft.cron) : null;
}

export const newWindow = (): DrillWindow => ({ days: [...WEEKDAYS], from: "22:00", until: "06:00" });
