import type { EvidenceSettings } from "@/lib/domain/evidence-settings";
import type { Repositories } from "@/lib/operations/ports/repositories";
import type { ControlDatabase } from "./database";

export function evidenceSettingsRepository(database: ControlDatabase): Repositories["evidenceSettings"] {
  return {
    put: async (vaultId, ownerId, settings) => {
      const row = { ownerId, vaultId, settingsJson: JSON.stringify(settings) };
      await database.write((client) => client.evidenceSetting.upsert({ where: { ownerId }, create: row, update: row }));
    },
    get: async (ownerId) => {
      const row = await database.read.evidenceSetting.findUnique({ where: { ownerId } });
      return row === null ? null : (JSON.parse(row.settingsJson) as EvidenceSettings);
    },
  };
}

export function evidenceNoteRepository(database: ControlDatabase): Repositories["evidenceNotes"] {
  return {
    insert: async (note) => {
      await database.write((client) => client.evidenceNote.create({ data: note }));
    },
    list: async (recordId) => {
      const rows = await database.read.evidenceNote.findMany({ where: { recordId }, orderBy: { seq: "asc" } });
      return rows.map(({ seq: _, ...note }) => note);
    },
  };
}
