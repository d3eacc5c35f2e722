import type { FailoverRecordSummary, FailoverRecordView } from "@/lib/contract/evidence";
import { vaultArmId } from "@/lib/contract/arm-id";
import type { Vault } from "@/lib/domain/entities";
import type { EvidenceNote, FailoverRecord } from "@/lib/domain/failover-record";
import { targetVerdict } from "@/lib/domain/target-verdict";

const TYPE = "Secondsite.Recovery/failoverRecords";

export function presentRecordSummary(vault: Vault, record: FailoverRecord): FailoverRecordSummary {
  return {
    ...head(vault, record),
    properties: {
      ...common(record),
      declaredAt: record.times.declaredAt,
      endedAt: record.times.endedAt,
      requestedBy: record.people.find((person) => person.role === "requested")?.who ?? "",
      machines: record.machines.length,
      machinesSucceeded: record.machines.filter((machine) => machine.outcome === "Succeeded").length,
      deviations: record.deviations.length,
    },
  };
}

export function presentRecord(
  vault: Vault,
  record: FailoverRecord,
  notes: readonly EvidenceNote[],
): FailoverRecordView {
  const { cleanup, times, planHash } = record;
  return {
    ...head(vault, record),
    properties: {
      ...common(record),
      planHash,
      times: { ...times },
      people: record.people.map(({ program, jobId, ...person }) => ({
        ...person,
        program: program ?? null,
        jobId: jobId ?? null,
      })),
      machines: record.machines.map(presentMachine),
      steps: record.steps.map((step) => ({ ...step })),
      cleanup: cleanup && { ...cleanup, before: [...cleanup.before], after: [...cleanup.after] },
      deviations: record.deviations.map(({ at, what }) => ({ at, what })),
      notes: notes.map(({ at, who, text }) => ({ at, who, text })),
    },
  };
}

function presentMachine(
  machine: FailoverRecord["machines"][number],
): FailoverRecordView["properties"]["machines"][number] {
  const { pointAgeSeconds: _, applicationCheck: check, ...rest } = machine;
  return {
    ...rest,
    detail: machine.detail ?? null,
    upAt: machine.upAt ?? null,
    disks: machine.disks.map((disk) => ({
      ...disk,
      bytesVerified: disk.bytesVerified ?? null,
      verifiedAt: disk.verifiedAt ?? null,
    })),
    applicationCheck: check && { ...check, seconds: check.seconds ?? null },
  };
}

function head(vault: Vault, record: FailoverRecord) {
  const id = `${vaultArmId(vault)}/providers/${TYPE}/${record.id}`;
  return { id, name: record.id, type: TYPE };
}

function common(record: FailoverRecord) {
  const { kind, direction, subject, outcome, drillId, targets, measured } = record;
  return {
    ...{ kind, direction, outcome, drillId },
    subject: { ...subject },
    targets: { ...targets },
    measured: { ...measured },
    verdicts: {
      rpo: targetVerdict(measured.rpoSeconds, targets.rpoSeconds),
      rto: targetVerdict(measured.rtoSeconds, targets.rtoSeconds),
    },
  };
}
