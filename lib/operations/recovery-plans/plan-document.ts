import type { PlanDocument, PlanDocumentAction } from "@/lib/contract/plan-document";
import type { ProtectedItem, RecoveryPlanAction, RecoveryPlanGroup } from "@/lib/domain/entities";
import { nameKey } from "@/lib/domain/names";
import { bootGroups, withServiceGroups } from "@/lib/domain/recovery-plan-rules";
import { assert } from "@/lib/kernel/assert";

/** The names that machines of a site go by in a document. */
export class MachineLabels {
  readonly #labels = new Map<string, string>();
  readonly #ids = new Map<string, string>();

  constructor(items: readonly Pick<ProtectedItem, "id" | "name" | "machineName">[]) {
    const counts = new Map<string, number>();
    for (const { machineName } of items) {
      counts.set(nameKey(machineName), (counts.get(nameKey(machineName)) ?? 0) + 1);
    }
    for (const item of items) {
      const isAlone = counts.get(nameKey(item.machineName)) === 1;
      let label = isAlone ? item.machineName : `${item.machineName} (${item.name})`;
      // A machine may really be called that.
      while (this.#ids.has(nameKey(label))) label = `${label} (${item.name})`;
      this.#labels.set(item.id, label);
      this.#ids.set(nameKey(label), item.id);
    }
  }

  /** An item that is not there any more keeps its id: nothing of a plan is dropped. */
  labelOf(itemId: string): string {
    return this.#labels.get(itemId) ?? itemId;
  }

  /** A name that nobody has stays as it is, so that the rules can name it. */
  idOf(label: string): string {
    return this.#ids.get(nameKey(label)) ?? label;
  }
}

export function documentOf(
  plan: { readonly name: string; readonly groups: readonly RecoveryPlanGroup[] },
  site: string,
  labels: MachineLabels,
): PlanDocument {
  const [shutdown, failover, ...boots] = withServiceGroups(plan.groups);
  assert(shutdown && failover, "a plan without the service's groups");
  const [down, over] = [actionsOf(shutdown), actionsOf(failover)];
  return {
    version: 1,
    name: plan.name,
    site,
    ...(down === null ? {} : { shutdown: down }),
    ...(over === null ? {} : { failover: over }),
    groups: boots.map((group) => ({
      machines: group.protectedItemIds.map((id) => labels.labelOf(id)),
      ...actionsOf(group),
    })),
  };
}

function actionsOf(group: RecoveryPlanGroup) {
  const [before, after] = [group.startActions.map(actionToDocument), group.endActions.map(actionToDocument)];
  if (before.length === 0 && after.length === 0) return null;
  return { ...(before.length > 0 ? { before } : {}), ...(after.length > 0 ? { after } : {}) };
}

const TYPES = ["TestFailover", "PlannedFailover", "UnplannedFailover", "TestFailoverCleanup", "Failback"] as const;
const DIRECTIONS = ["PrimaryToRecovery", "RecoveryToPrimary"] as const;

/** In one order, whatever order they were written in. A word that is not known is not lost. */
function inOrder<T extends string>(given: readonly string[], order: readonly T[]): T[] {
  const known = order.filter((word) => given.includes(word));
  return [...known, ...(given.filter((word) => !(order as readonly string[]).includes(word)) as T[])];
}

function actionToDocument({ name, details, onFailure, ...scope }: RecoveryPlanAction): PlanDocumentAction {
  const common = {
    name,
    failoverTypes: inOrder(scope.failoverTypes, TYPES),
    directions: inOrder(scope.failoverDirections, DIRECTIONS),
    ...(onFailure ? { onFailure } : {}),
  };
  switch (details.kind) {
    case "ManualActionDetails": {
      const { description: instructions, timeoutMinutes } = details;
      return { kind: "manual", ...common, instructions, ...(timeoutMinutes ? { timeoutMinutes } : {}) };
    }
    case "AutomationRunbookActionDetails": {
      const { accountName: account, runbookName: runbook, fabricLocation: runAt, timeoutSeconds } = details;
      return { kind: "runbook", ...common, account, runbook, runAt, timeoutSeconds };
    }
    case "WebhookActionDetails": {
      const { url, secret, timeoutSeconds } = details;
      const signed = secret && { secret: { account: secret.accountName, variable: secret.variableName } };
      return { kind: "webhook", ...common, url, ...signed, timeoutSeconds };
    }
  }
}

export function groupsOf(document: PlanDocument, labels: MachineLabels): RecoveryPlanGroup[] {
  const service = (type: "Shutdown" | "Failover", actions: PlanDocument["shutdown"]): RecoveryPlanGroup => ({
    type,
    protectedItemIds: [],
    startActions: (actions?.before ?? []).map(actionFromDocument),
    endActions: (actions?.after ?? []).map(actionFromDocument),
  });
  const boots = document.groups.map((group) => ({
    type: "Boot" as const,
    protectedItemIds: group.machines.map((label) => labels.idOf(label)),
    startActions: (group.before ?? []).map(actionFromDocument),
    endActions: (group.after ?? []).map(actionFromDocument),
  }));
  return [service("Shutdown", document.shutdown), service("Failover", document.failover), ...bootGroups(boots)];
}

function actionFromDocument(action: PlanDocumentAction): RecoveryPlanAction {
  const { name, failoverTypes, directions: failoverDirections, onFailure = null } = action;
  const common = { name, failoverTypes, failoverDirections, onFailure };
  switch (action.kind) {
    case "manual": {
      const { instructions: description, timeoutMinutes = null } = action;
      return { ...common, details: { kind: "ManualActionDetails", description, timeoutMinutes } };
    }
    case "runbook": {
      const { account: accountName, runbook: runbookName, runAt: fabricLocation, timeoutSeconds } = action;
      const kind = "AutomationRunbookActionDetails";
      return { ...common, details: { kind, accountName, runbookName, fabricLocation, timeoutSeconds } };
    }
    case "webhook": {
      const { url, timeoutSeconds } = action;
      const secret = action.secret
        ? { accountName: action.secret.account, variableName: action.secret.variable }
        : null;
      return { ...common, details: { kind: "WebhookActionDetails", url, secret, timeoutSeconds } };
    }
  }
}
