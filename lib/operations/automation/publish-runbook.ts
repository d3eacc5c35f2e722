import { createHash } from "node:crypto";
import type { Runbook } from "@/lib/domain/automation";
import { Refusal } from "@/lib/kernel/fault";
import { announce } from "../announce";
import type { OperationContext } from "../context";

/** The draft becomes the next version, which plans run from now on. @throws Refusal NoDraft, EmptyRunbook, RevisionChanged */
export async function publishRunbook(context: OperationContext, runbook: Runbook): Promise<Runbook> {
  const { draft } = runbook;
  if (draft === null) throw nothing("NoDraft", `The runbook ${runbook.name} has no draft to publish.`);
  if (draft.trim() === "") throw nothing("EmptyRunbook", `The draft of ${runbook.name} is empty.`);
  const published = await context.repositories.runbooks.publish(runbook.revision, {
    runbookId: runbook.id,
    number: (runbook.publishedVersion ?? 0) + 1,
    text: draft,
    publishedAt: context.clock.now().toISOString(),
    sha256: createHash("sha256").update(draft, "utf8").digest("hex"),
  });
  announce(context, null, "runbooks", runbook.name);
  return published;
}

function nothing(code: string, message: string): Refusal {
  return new Refusal("conflict", {
    code,
    message,
    possibleCauses: "Everything that was written has been published, or nothing has been written yet.",
    recommendedAction: "Edit the runbook and save the draft first.",
  });
}
