import type { Vault } from "@/lib/domain/entities";
import type { FailoverRecord } from "@/lib/domain/failover-record";
import { Fault } from "@/lib/kernel/fault";
import type { OperationContext } from "../../context";
import { aboutReport, makeReport, type Report } from "./report";
import { reportHtml } from "./report-html";
import { reportPdf } from "./report-pdf";
import { fingerprintOf, signDocument, signJsonReport, type ReportFormat, type ReportSigner } from "./report-signature";

/** The bytes of the report of a run as it is known now, signed with the vault's key. */
export async function makeSignedReport(
  context: OperationContext,
  vault: Vault,
  record: FailoverRecord,
  format: ReportFormat,
): Promise<Uint8Array> {
  const signer = await signerOf(context, vault);
  const report = await reportOf(context, vault, record);
  if (format === "json") return signJsonReport(report, signer);
  const fingerprint = fingerprintOf(signer.publicKey);
  const document =
    format === "html" ? Buffer.from(reportHtml(report, fingerprint), "utf8") : await reportPdf(report, fingerprint);
  return signDocument(format, document, aboutReport(report), signer);
}

async function signerOf({ reportKeys }: OperationContext, vault: Vault): Promise<ReportSigner> {
  const publicKey = await reportKeys.publicKey(vault.id);
  return { publicKey, sign: (message) => reportKeys.sign(vault.id, message) };
}

/** One that was changed since is as good as gone: the report says that it is missing, and is made. */
async function pictureOf(context: OperationContext, vault: Vault, sha256: string): Promise<Uint8Array | null> {
  try {
    return await context.evidenceFiles.get(vault.id, sha256);
  } catch (error) {
    if (error instanceof Fault && error.code === "EvidenceFileDamaged") return null;
    throw error;
  }
}

async function reportOf(context: OperationContext, vault: Vault, record: FailoverRecord): Promise<Report> {
  const pictures = new Map<string, Uint8Array>();
  for (const { screenshot } of record.machines) {
    const picture = screenshot && (await pictureOf(context, vault, screenshot.sha256));
    if (screenshot && picture) pictures.set(screenshot.file, picture);
  }
  const { version, localUser: user } = context.settings;
  return makeReport({
    ...{ vault, record, pictures },
    notes: await context.repositories.evidenceNotes.list(record.id),
    generatedAt: context.clock.now().toISOString(),
    generatedBy: { program: "Secondsite", version, user },
  });
}
