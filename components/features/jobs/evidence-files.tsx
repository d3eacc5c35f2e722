"use client";
import { useMutation } from "@tanstack/react-query";
import { Paperclip, X } from "lucide-react";
import { FileTrigger } from "react-aria-components/FileTrigger";
import { Button } from "@/components/ui/button";
import { formatBytes } from "@/components/ui/format";
import { IconButton } from "@/components/ui/icon-button";
import { ErrorBar } from "@/components/ui/message-bar";
import { toArmError } from "@/lib/client/arm-error";
import { EVIDENCE_FILE_BYTES_MAX, EVIDENCE_FILES_MAX } from "@/lib/contract/plan-actions";
import { sendEvidence, withFiles, type SentFile } from "./evidence-upload";

/** Files that prove that a manual action was done. They are sent as they are chosen, and named when it is completed. */
export function EvidenceFiles(props: {
  readonly vaultName: string;
  readonly jobName: string;
  readonly files: readonly SentFile[];
  readonly onChange: (files: readonly SentFile[]) => void;
}) {
  const { files, onChange } = props;
  const sending = useMutation({
    mutationFn: (chosen: readonly File[]) =>
      Promise.all(chosen.map((file) => sendEvidence(props.vaultName, props.jobName, file))),
    onSuccess: (sent) => onChange(withFiles(files, sent)),
  });
  return (
    <div className="flex flex-col gap-2">
      <div className="flex flex-wrap items-center gap-3">
        <FileTrigger allowsMultiple onSelect={(chosen) => chosen && sending.mutate([...chosen])}>
          <Button
            size="small"
            icon={<Paperclip />}
            busy={sending.isPending}
            disabledReason={files.length >= EVIDENCE_FILES_MAX ? `At most ${EVIDENCE_FILES_MAX} files.` : null}
          >
            Attach evidence
          </Button>
        </FileTrigger>
        <span className="text-[0.8125rem] text-muted">
          Up to {EVIDENCE_FILES_MAX} files of {formatBytes(EVIDENCE_FILE_BYTES_MAX)}; kept with the job.
        </span>
      </div>
      {sending.error ? <ErrorBar error={toArmError(sending.error)} onDismiss={sending.reset} /> : null}
      {files.length > 0 ? (
        <ul aria-label="Attached evidence" className="flex flex-col gap-1">
          {files.map((file) => (
            <li key={file.sha256} className="flex items-center gap-2">
              <span className="min-w-0 wrap-anywhere">{file.fileName}</span>
              <span className="text-[0.8125rem] text-muted">{formatBytes(file.sizeBytes)}</span>
              <IconButton
                label={`Detach ${file.fileName}`}
                icon={<X />}
                onPress={() => onChange(files.filter(({ sha256 }) => sha256 !== file.sha256))}
              />
            </li>
          ))}
        </ul>
      ) : null}
    </div>
  );
}
