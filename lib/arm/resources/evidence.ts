import { createPublicKey } from "node:crypto";
import { OWN_API_VERSIONS } from "@/lib/contract/api-versions";
import { vaultArmId } from "@/lib/contract/arm-id";
import { AddNoteBody, FailoverRecordSummary, FailoverRecordView, ReportKeyView } from "@/lib/contract/evidence";
import { listOf } from "@/lib/contract/portal";
import type { Vault } from "@/lib/domain/entities";
import type { FailoverRecord } from "@/lib/domain/failover-record";
import { addNote } from "@/lib/operations/evidence/add-note";
import { readNotes, readRecord, readRecords } from "@/lib/operations/evidence/read-records";
import { makeSignedReport } from "@/lib/operations/evidence/report/make-signed-report";
import { fingerprintOf, type ReportFormat } from "@/lib/operations/evidence/report/report-signature";
import { list, ok } from "../answers";
import { VAULT_OWN } from "../paths";
import { presentRecord, presentRecordSummary } from "../presenters/evidence";
import { noSuchResource, resolveVault } from "../resolve";
import { route, type Call, type ParamNames, type Route } from "../route";

const RECORDS = `${VAULT_OWN}/failoverRecords` as const;
const RECORD = `${RECORDS}/{recordId}` as const;
const apiVersions = OWN_API_VERSIONS;

async function resolveRecord(
  call: Call<ParamNames<typeof RECORD>, unknown>,
): Promise<{ vault: Vault; record: FailoverRecord }> {
  const vault = await resolveVault(call);
  const record = await readRecord(call.context, vault, call.params.recordId);
  if (!record) throw noSuchResource(call.params.recordId, "recordId");
  return { vault, record };
}

const MEDIA_TYPES: Readonly<Record<ReportFormat, string>> = {
  json: "application/json; charset=utf-8",
  html: "text/html; charset=utf-8",
  pdf: "application/pdf",
};

/** Always a download: what others wrote into names and notes is never run as a page of the portal's own origin. */
async function report(call: Call<ParamNames<typeof RECORD>, unknown>, format: ReportFormat): Promise<Response> {
  const { vault, record } = await resolveRecord(call);
  const bytes = await makeSignedReport(call.context, vault, record, format);
  const name = `${record.kind}-${record.subject.name.replace(/[^A-Za-z0-9-]+/g, "-")}-${record.id.slice(0, 8)}.${format}`;
  const headers = {
    "content-type": MEDIA_TYPES[format],
    "content-disposition": `attachment; filename="${name}"`,
    "content-security-policy": "sandbox",
  };
  return new Response(Buffer.from(bytes), { headers });
}

export const evidenceRoutes: readonly Route[] = [
  route({
    method: "GET",
    path: RECORDS,
    summary: "The vault's failovers, tests and failbacks, newest first, with what was measured.",
    apiVersions,
    answer: listOf(FailoverRecordSummary),
    async handle(call) {
      const vault = await resolveVault(call);
      return list((await readRecords(call.context, vault)).map((record) => presentRecordSummary(vault, record)));
    },
  }),
  route({
    method: "GET",
    path: RECORD,
    summary: "Everything that is kept of one run.",
    apiVersions,
    answer: FailoverRecordView,
    async handle(call) {
      const { vault, record } = await resolveRecord(call);
      return ok(presentRecord(vault, record, await readNotes(call.context, record)));
    },
  }),
  route({
    method: "POST",
    path: `${RECORD}/notes`,
    summary: "Adds a note to a run. Notes are never changed.",
    apiVersions,
    body: AddNoteBody,
    answer: FailoverRecordView,
    async handle(call) {
      const { vault, record } = await resolveRecord(call);
      await addNote(call.context, record, call.body.properties.text);
      return ok(presentRecord(vault, record, await readNotes(call.context, record)));
    },
  }),
  route({
    method: "GET",
    path: `${RECORD}/report.json`,
    summary: "The signed report of a run, as JSON.",
    apiVersions,
    handle: (call) => report(call, "json"),
  }),
  route({
    method: "GET",
    path: `${RECORD}/report.html`,
    summary: "The signed report of a run, as one HTML file.",
    apiVersions,
    handle: (call) => report(call, "html"),
  }),
  route({
    method: "GET",
    path: `${RECORD}/report.pdf`,
    summary: "The signed report of a run, as PDF.",
    apiVersions,
    handle: (call) => report(call, "pdf"),
  }),
  route({
    method: "GET",
    path: `${RECORD}/screenshots/{file}`,
    summary: "A picture of a console, as PNG.",
    apiVersions,
    async handle(call) {
      const { vault, record } = await resolveRecord(call);
      const { file } = call.params;
      const kept = record.machines.find((machine) => machine.screenshot?.file === file)?.screenshot;
      const picture = kept ? await call.context.evidenceFiles.get(vault.id, kept.sha256) : null;
      if (!picture) throw noSuchResource(file, "file");
      return new Response(Buffer.from(picture), { headers: { "content-type": "image/png" } });
    },
  }),
  route({
    method: "GET",
    path: `${VAULT_OWN}/reportKey`,
    summary: "The public key that the vault's reports are signed with.",
    apiVersions,
    answer: ReportKeyView,
    async handle(call) {
      const vault = await resolveVault(call);
      const der = Buffer.from(await call.context.reportKeys.publicKey(vault.id));
      const key = createPublicKey({ key: der, format: "der", type: "spki" });
      return ok({
        id: `${vaultArmId(vault)}/providers/Secondsite.Recovery/reportKey`,
        name: "reportKey",
        type: "Secondsite.Recovery/reportKey",
        properties: {
          algorithm: "Ed25519",
          fingerprint: fingerprintOf(der),
          publicKey: key.export({ type: "spki", format: "pem" }).toString(),
        },
      } satisfies ReportKeyView);
    },
  }),
];
