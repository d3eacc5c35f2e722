import type { EvidenceNote, FailoverRecord } from "@/lib/domain/failover-record";
import { targetVerdict, type TargetVerdict } from "@/lib/domain/target-verdict";
import type { Vault } from "@/lib/domain/entities";

/** What is signed: everything known of one run, pictures included. JSON; docs/evidence.md explains each member. */
export interface Report {
  readonly format: "secondsite-failover-report";
  readonly version: 1;
  readonly generatedAt: string;
  readonly generatedBy: { readonly program: string; readonly version: string; readonly user: string };
  readonly vault: Pick<Vault, "id" | "subscriptionId" | "resourceGroup" | "name" | "location">;
  readonly record: FailoverRecord;
  readonly verdicts: { readonly rpo: TargetVerdict; readonly rto: TargetVerdict };
  readonly notes: readonly Pick<EvidenceNote, "at" | "who" | "text">[];
  readonly screenshots: readonly ReportPicture[];
}

export interface ReportPicture {
  readonly machine: string;
  readonly at: string;
  readonly mediaType: "image/png";
  readonly sha256: string;
  readonly base64: string;
}

export interface ReportParts {
  readonly vault: Vault;
  readonly record: FailoverRecord;
  readonly notes: readonly EvidenceNote[];
  /** By the name that the record has for them; what is missing is left out and said to be. */
  readonly pictures: ReadonlyMap<string, Uint8Array>;
  readonly generatedAt: string;
  readonly generatedBy: Report["generatedBy"];
}

export function makeReport(parts: ReportParts): Report {
  const { vault, record, notes, pictures, generatedAt, generatedBy } = parts;
  const { measured, targets } = record;
  const { id, subscriptionId, resourceGroup, name, location } = vault;
  return {
    format: "secondsite-failover-report",
    version: 1,
    generatedAt,
    generatedBy,
    vault: { id, subscriptionId, resourceGroup, name, location },
    record,
    verdicts: {
      rpo: targetVerdict(measured.rpoSeconds, targets.rpoSeconds),
      rto: targetVerdict(measured.rtoSeconds, targets.rtoSeconds),
    },
    notes: notes.map(({ at, who, text }) => ({ at, who, text })),
    screenshots: record.machines.flatMap(({ name: machine, screenshot }) => {
      const picture = screenshot && pictures.get(screenshot.file);
      if (!screenshot || !picture) return [];
      const { at, sha256 } = screenshot;
      return [
        { machine, at, mediaType: "image/png" as const, sha256, base64: Buffer.from(picture).toString("base64") },
      ];
    }),
  };
}

/** Who, what and when, for whoever checks a file without opening it. */
export interface AboutReport {
  readonly record: string;
  readonly vault: string;
  readonly kind: string;
  readonly subject: string;
  readonly outcome: string;
  readonly requestedBy: string;
  readonly declaredAt: string;
  readonly generatedAt: string;
}

const SHORT = 64;

export function aboutReport({ record, vault, generatedAt }: Report): AboutReport {
  return {
    record: record.id,
    vault: vault.name.slice(0, SHORT),
    kind: record.kind,
    subject: record.subject.name.slice(0, SHORT),
    outcome: record.outcome,
    requestedBy: (record.people[0]?.who ?? "").slice(0, SHORT),
    declaredAt: record.times.declaredAt,
    generatedAt,
  };
}
