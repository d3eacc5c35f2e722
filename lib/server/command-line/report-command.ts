import { createPublicKey } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { Refusal } from "@/lib/kernel/fault";
import {
  verifyReport,
  type ExpectedKey,
  type ReportVerification,
} from "@/lib/operations/evidence/report/report-signature";
import { UsageError } from "@/lib/site/cli/exit-codes";
import type { CommandResult } from "@/lib/site/cli/site-commands";
import { getReport, listReports } from "./report-download";

const NOT_VALID = 1;

/** `args`: what follows the word `report`. */
export async function runReportCommand(args: readonly string[]): Promise<CommandResult> {
  const { values, positionals } = parse(args);
  const [verb, first, second, ...rest] = positionals;
  if (rest.length > 0) throw new UsageError(`'${rest.join(" ")}' is too much.`);
  switch (verb) {
    case "verify":
      if (first === undefined) throw new UsageError("Which report? npx secondsite report verify FILE.");
      if (second !== undefined) throw new UsageError(`'${second}' is too much.`);
      return verifyFile(first, expectedKey(values));
    case "list":
      if (first === undefined) throw new UsageError("Of which vault? npx secondsite report list VAULT.");
      return listReports(first);
    case "get": {
      if (first === undefined || second === undefined) {
        throw new UsageError("Which report? npx secondsite report get VAULT RUN.");
      }
      const { format = "html", output, replace = false } = values;
      return getReport({ vault: first, run: second, format, output, replace });
    }
    default:
      throw new UsageError(verb === undefined ? "What about the report?" : `There is no command 'report ${verb}'.`);
  }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        json: { type: "boolean" },
        key: { type: "string" },
        "public-key": { type: "string" },
        format: { type: "string" },
        output: { type: "string" },
        replace: { type: "boolean" },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function expectedKey(values: {
  readonly key?: string | undefined;
  readonly "public-key"?: string | undefined;
}): ExpectedKey | null {
  const { key, "public-key": file } = values;
  if (key !== undefined && file !== undefined) throw new UsageError("Give --key or --public-key, not both.");
  if (file !== undefined) return { publicKey: readPublicKey(file) };
  if (key === undefined) return null;
  const fingerprint = key
    .replace(/^SHA256:/i, "")
    .replace(/[:\s]/g, "")
    .toLowerCase();
  if (/^[0-9a-f]{64}$/.test(fingerprint)) return { fingerprint };
  throw new UsageError("A fingerprint has 64 hexadecimal digits; the vault's page shows it.");
}

function readPublicKey(file: string): Uint8Array {
  const bytes = read(file);
  try {
    const isPem = bytes.subarray(0, 5).toString("latin1") === "-----";
    const key = isPem ? createPublicKey(bytes) : createPublicKey({ key: bytes, format: "der", type: "spki" });
    return key.export({ type: "spki", format: "der" });
  } catch {
    throw new UsageError(`${file} holds no public key (PEM or DER, SubjectPublicKeyInfo).`);
  }
}

function read(file: string): Buffer {
  try {
    return fs.readFileSync(path.resolve(file));
  } catch (error) {
    throw new Refusal("notFound", {
      code: "ReportNotReadable",
      message: `${file} cannot be read.`,
      possibleCauses: error instanceof Error ? error.message : String(error),
      recommendedAction: "Check the path and its permissions.",
    });
  }
}

function verifyFile(file: string, expected: ExpectedKey | null): CommandResult {
  const found = verifyReport(read(file), expected);
  return { text: inWords(file, found), json: { file, ...found }, exitCode: found.isValid ? 0 : NOT_VALID };
}

function inWords(file: string, found: ReportVerification): string {
  if (!found.isValid) return `${file}: NOT VALID\n  ${found.problem}\n  Do not rely on it; ask for the report again.`;
  const { about, fingerprint, format, isPinned } = found;
  return [
    `${file}: valid, no byte was changed since it was signed`,
    `  report       ${about.kind} of ${about.subject}, vault ${about.vault} (${format.toUpperCase()})`,
    `  run          ${about.record}`,
    `  outcome      ${about.outcome}`,
    `  requested by ${about.requestedBy}`,
    `  declared     ${about.declaredAt}`,
    `  report made  ${about.generatedAt}`,
    `  key          ${fingerprint}${isPinned ? ", the one that was expected" : ""}`,
    ...(isPinned
      ? []
      : [
          "  WARNING: it was checked against the key in the file itself. Compare the fingerprint with the one that the",
          "  vault's page shows, or give it: --key FINGERPRINT. Anybody can sign with a key of their own.",
        ]),
  ].join("\n");
}
