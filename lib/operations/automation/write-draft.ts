import type { Runbook } from "@/lib/domain/automation";
import { runbookTextProblem } from "@/lib/domain/automation-rules";
import { refuseWhen } from "@/lib/domain/names";
import { announce } from "../announce";
import type { OperationContext } from "../context";

/**
 * Replaces the draft. Writing what is written already changes nothing.
 * @param expectedRevision of the runbook as its writer has seen it; null: whatever it is
 * @throws Refusal InvalidRunbookText, RevisionChanged
 */
export async function writeDraft(
  context: OperationContext,
  runbook: Runbook,
  text: string,
  expectedRevision: number | null,
): Promise<Runbook> {
  refuseWhen(runbookTextProblem(text), "body");
  if (runbook.draft === text && (expectedRevision === null || expectedRevision === runbook.revision)) return runbook;
  const at = context.clock.now().toISOString();
  const changes = { draft: text, draftChangedAt: at, changedAt: at };
  const changed = await context.repositories.runbooks.update(runbook.id, expectedRevision ?? runbook.revision, changes);
  announce(context, null, "runbooks", runbook.name);
  return changed;
}
