import type { AutomationAccount, Runbook, RunbookKind } from "@/lib/domain/automation";
import { runbookNameProblem } from "@/lib/domain/automation-rules";
import { refuseWhen } from "@/lib/domain/names";
import { Refusal } from "@/lib/kernel/fault";
import { announce } from "../announce";
import type { OperationContext } from "../context";

/** Makes a runbook with an empty draft, or writes the description of one. @throws Refusal InvalidAutomationName, RunbookTypeFixed */
export async function writeRunbook(
  context: OperationContext,
  account: AutomationAccount,
  input: { readonly name: string; readonly kind: RunbookKind; readonly description: string | null },
): Promise<{ readonly runbook: Runbook; readonly created: boolean }> {
  refuseWhen(runbookNameProblem(input.name), "runbookName");
  const { runbooks } = context.repositories;
  const now = context.clock.now().toISOString();
  const existing = await runbooks.find(account.id, input.name);
  if (existing) {
    if (existing.kind !== input.kind) throw kindFixed(existing);
    const changed = input.description !== null && input.description !== existing.description;
    const changes = { description: input.description ?? "", changedAt: now };
    const runbook = changed ? await runbooks.update(existing.id, existing.revision, changes) : existing;
    if (changed) announce(context, null, "runbooks", runbook.name);
    return { runbook, created: false };
  }
  const runbook: Runbook = {
    ...{ id: context.random.uuid(), accountId: account.id, name: input.name, kind: input.kind },
    ...{ description: input.description ?? "", draft: "", draftChangedAt: now, publishedVersion: null },
    ...{ createdAt: now, changedAt: now, revision: 1 },
  };
  await runbooks.insert(runbook);
  announce(context, null, "runbooks", runbook.name);
  return { runbook, created: true };
}

function kindFixed(runbook: Runbook): Refusal {
  return new Refusal(
    "conflict",
    {
      code: "RunbookTypeFixed",
      message: `The runbook ${runbook.name} is written in ${runbook.kind}; its language cannot be changed.`,
      possibleCauses: "It was created in another language.",
      recommendedAction: "Create a runbook of another name.",
    },
    "properties.runbookType",
  );
}
