import type { Runbook } from "@/lib/domain/automation";
import { Refusal } from "@/lib/kernel/fault";
import { announce } from "../announce";
import type { OperationContext } from "../context";

/** Goes back to what is published. @throws Refusal RunbookNotPublished: then there is nothing to go back to */
export async function discardDraft(context: OperationContext, runbook: Runbook): Promise<Runbook> {
  if (runbook.publishedVersion === null) {
    throw new Refusal("conflict", {
      code: "RunbookNotPublished",
      message: `The runbook ${runbook.name} was never published: without its draft nothing would be left of it.`,
      possibleCauses: "Only an edit of a published runbook can be undone.",
      recommendedAction: "Delete the runbook when it is not wanted.",
    });
  }
  if (runbook.draft === null) return runbook;
  const changes = { draft: null, draftChangedAt: null, changedAt: context.clock.now().toISOString() };
  const changed = await context.repositories.runbooks.update(runbook.id, runbook.revision, changes);
  announce(context, null, "runbooks", runbook.name);
  return changed;
}
