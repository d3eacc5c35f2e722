import { armRequest, parseBody } from "@/lib/client/arm-client";
import { ArmError } from "@/lib/client/arm-error";
import { api } from "@/lib/client/paths";
import { EVIDENCE_FILE_BYTES_MAX, EVIDENCE_FILES_MAX, EvidenceFile } from "@/lib/contract/plan-actions";

export type SentFile = EvidenceFile["properties"];

/** Sends a file to the job, which keeps it under its hash. Throws `ArmError`. */
export async function sendEvidence(vaultName: string, jobName: string, file: File): Promise<SentFile> {
  if (file.size > EVIDENCE_FILE_BYTES_MAX) throw tooLarge(file.name);
  const path = api.jobOwn(vaultName, jobName, "evidenceFiles");
  const body = { properties: { fileName: file.name, contentBase64: await base64Of(file) } };
  const answer = await armRequest("POST", path, { body });
  return parseBody(EvidenceFile, answer.body, path).properties;
}

/** The files with those that were added; the same content counts once. */
export function withFiles(files: readonly SentFile[], added: readonly SentFile[]): SentFile[] {
  const bySha = new Map([...files, ...added].map((file) => [file.sha256, file]));
  return [...bySha.values()].slice(0, EVIDENCE_FILES_MAX);
}

function base64Of(file: File): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onerror = () => reject(unreadable(file.name, reader.error));
    reader.onload = () => resolve((reader.result as string).replace(/^[^,]*,/, ""));
    reader.readAsDataURL(file);
  });
}

const tooLarge = (name: string) =>
  new ArmError({
    status: 0,
    code: "EvidenceFileTooLarge",
    message: `${name} is larger than ${EVIDENCE_FILE_BYTES_MAX / 1024 / 1024} MiB.`,
    possibleCauses: "",
    recommendedAction: "Attach a smaller file: a screenshot, a log's last part.",
    target: null,
  });

const unreadable = (name: string, cause: unknown) =>
  new ArmError(
    {
      status: 0,
      code: "EvidenceFileUnreadable",
      message: `${name} could not be read.`,
      possibleCauses: "It was moved or deleted after it was chosen.",
      recommendedAction: "Choose it again.",
      target: null,
    },
    { cause },
  );
