import type { EvidenceNote, FailoverRecord } from "@/lib/domain/failover-record";
import { Refusal } from "@/lib/kernel/fault";
import { announce } from "../announce";
import type { OperationContext } from "../context";

/** Notes are only ever added: what was said stays said. @throws Refusal NoteEmpty */
export async function addNote(context: OperationContext, record: FailoverRecord, text: string): Promise<EvidenceNote> {
  if (text.trim() === "") throw empty();
  const note: EvidenceNote = {
    id: context.random.uuid(),
    recordId: record.id,
    vaultId: record.vaultId,
    at: context.clock.now().toISOString(),
    who: context.settings.localUser,
    text: text.trim(),
  };
  await context.repositories.evidenceNotes.insert(note);
  announce(context, record.vaultId, "failoverRecords", record.id);
  return note;
}

function empty(): Refusal {
  return new Refusal(
    "invalid",
    {
      code: "NoteEmpty",
      message: "A note without text cannot be kept.",
      possibleCauses: "The property 'properties.text' is empty.",
      recommendedAction: "Say what should be known of the run.",
    },
    "properties.text",
  );
}
