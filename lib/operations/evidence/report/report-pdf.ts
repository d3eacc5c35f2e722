import { pdfPen } from "./pdf-pen";
import type { Report } from "./report";
import { OUTCOMES, reportParts, titleOf, type ReportPart } from "./report-parts";

/** The same report on A4, in the fonts that every reader has. Characters that those lack are shown as a question mark. */
export async function reportPdf(report: Report, fingerprint: string): Promise<Uint8Array> {
  const title = titleOf(report);
  const pen = await pdfPen({ title, subject: report.record.id, at: new Date(report.generatedAt) });
  pen.small("FAILOVER EVIDENCE");
  pen.title(title);
  pen.verdict(OUTCOMES[report.record.outcome], report.record.outcome);
  for (const part of reportParts(report)) await draw(pen, part, report);
  pen.rule();
  pen.small(
    `Signed with Ed25519. Fingerprint of the vault's key: ${fingerprint}. Check this file with npx secondsite report verify FILE --key FINGERPRINT; compare the fingerprint with the one that the vault's page shows.`,
  );
  return pen.finish();
}

async function draw(pen: Awaited<ReturnType<typeof pdfPen>>, part: ReportPart, { screenshots }: Report): Promise<void> {
  switch (part.kind) {
    case "heading":
      return pen.heading(part.text, part.level);
    case "text":
      return pen.paragraph(part.text);
    case "facts":
      return pen.table(null, [28, 72], part.rows);
    case "table":
      if (part.rows.length === 0) return pen.paragraph(part.whenEmpty);
      return pen.table(part.columns, part.widths, part.rows);
    case "picture": {
      const picture = screenshots.find((one) => one.sha256 === part.sha256);
      if (picture) await pen.picture(Buffer.from(picture.base64, "base64"));
      return pen.small(`${part.caption}. SHA-256 ${part.sha256}`);
    }
  }
}
