import { nameInArmId, providerArmId } from "@/lib/contract/arm-id";
import { durationOfSeconds, secondsOfDuration } from "@/lib/contract/iso-duration";
import type { PlanActionWire } from "@/lib/contract/recovery-plans";
import type { RecoveryPlanAction, RecoveryPlanActionDetails, Vault } from "@/lib/domain/entities";
import { Refusal } from "@/lib/kernel/fault";
import { nameFromReference } from "../references";

type Details = PlanActionWire["customDetails"];

/** Accounts are in the vault's own resource group. */
export function presentAction(vault: Vault, action: RecoveryPlanAction): PlanActionWire {
  return {
    actionName: action.name,
    failoverTypes: [...action.failoverTypes] as PlanActionWire["failoverTypes"],
    failoverDirections: [...action.failoverDirections] as PlanActionWire["failoverDirections"],
    ...(action.onFailure ? { onFailure: action.onFailure } : {}),
    customDetails: presentDetails(vault, action.details),
  };
}

function presentDetails(vault: Vault, details: RecoveryPlanActionDetails): Details {
  const inAccount = (account: string, kind: string, name: string) =>
    providerArmId(vault, "Microsoft.Automation", "automationAccounts", account, kind, name);
  switch (details.kind) {
    case "ManualActionDetails": {
      const { kind, description, timeoutMinutes } = details;
      return {
        instanceType: kind,
        description,
        ...(timeoutMinutes === null || timeoutMinutes === undefined ? {} : { timeoutMinutes }),
      };
    }
    case "AutomationRunbookActionDetails":
      return {
        instanceType: details.kind,
        runbookId: inAccount(details.accountName, "runbooks", details.runbookName),
        fabricLocation: details.fabricLocation,
        timeout: durationOfSeconds(details.timeoutSeconds),
      };
    case "WebhookActionDetails": {
      const { kind, url, secret, timeoutSeconds } = details;
      const secretVariableId = secret && inAccount(secret.accountName, "variables", secret.variableName);
      return { instanceType: kind, uri: url, secretVariableId, timeout: durationOfSeconds(timeoutSeconds) };
    }
  }
}

/** @throws Refusal InvalidResourceId, InvalidDuration */
export function actionFrom(wire: PlanActionWire): RecoveryPlanAction {
  return {
    name: wire.actionName.trim(),
    failoverTypes: wire.failoverTypes,
    failoverDirections: wire.failoverDirections,
    onFailure: wire.onFailure ?? null,
    details: detailsFrom(wire.customDetails),
  };
}

const TIMEOUT_SECONDS_DEFAULT = 600;

function detailsFrom(details: Details): RecoveryPlanActionDetails {
  switch (details.instanceType) {
    case "ManualActionDetails": {
      const { instanceType: kind, description, timeoutMinutes } = details;
      return { kind, description: description ?? "", timeoutMinutes: timeoutMinutes ?? null };
    }
    case "AutomationRunbookActionDetails":
      return {
        kind: details.instanceType,
        ...inAccount(details.runbookId, "runbooks", "runbookName", "properties.groups.customDetails.runbookId"),
        fabricLocation: details.fabricLocation ?? "Recovery",
        timeoutSeconds: timeoutFrom(details.timeout),
      };
    case "WebhookActionDetails": {
      const target = "properties.groups.customDetails.secretVariableId";
      const { secretVariableId } = details;
      const secret = secretVariableId ? inAccount(secretVariableId, "variables", "variableName", target) : null;
      return { kind: details.instanceType, url: details.uri, secret, timeoutSeconds: timeoutFrom(details.timeout) };
    }
  }
}

function inAccount<Key extends string>(id: string, type: string, key: Key, target: string) {
  const accountName = nameInArmId(id, "automationAccounts") ?? "";
  return { accountName, [key]: nameFromReference(id, type, target) } as { accountName: string } & Record<Key, string>;
}

function timeoutFrom(text: string | null | undefined): number {
  if (text === null || text === undefined || text === "") return TIMEOUT_SECONDS_DEFAULT;
  const seconds = secondsOfDuration(text);
  if (seconds !== null && seconds > 0) return seconds;
  throw new Refusal(
    "invalid",
    {
      code: "InvalidDuration",
      message: `${JSON.stringify(text.slice(0, 80))} is not a time limit for an action.`,
      possibleCauses: "Time limits are durations of ISO 8601 of a second or more, such as PT10M.",
      recommendedAction: "Send the time limit as PT and hours, minutes and seconds.",
    },
    "properties.groups.customDetails.timeout",
  );
}
