"use client";
import { useQueryClient } from "@tanstack/react-query";
import { clsx } from "clsx";
import { FormDialog } from "@/components/ui/form-dialog";
import { ScrollRegion } from "@/components/ui/scroll-region";
import { useOperation } from "@/components/shell/use-operation";
import { startOperation } from "@/lib/client/long-running";
import { api } from "@/lib/client/paths";
import { readRunbookAgain } from "@/lib/client/queries/automation";
import { isChange, lineChanges, type LineChange } from "./line-changes";

const marks = { added: "+", removed: "-", same: " " } as const;
const words = { added: "added", removed: "removed", same: "" } as const;

/** What changes for the plans that run it, before it does. */
export function PublishDialog(props: {
  readonly account: string;
  readonly runbook: string;
  readonly published: string | null;
  readonly draft: string;
  readonly nextVersion: number;
  readonly onClose: () => void;
}) {
  const { account, runbook, published, draft, nextVersion, onClose } = props;
  const client = useQueryClient();
  const operation = useOperation();
  const changes = lineChanges(published ?? "", draft);
  const count = changes.filter(isChange).length;
  const publish = () =>
    operation.run({
      title: "Publish runbook",
      subject: runbook,
      async start() {
        const started = await startOperation("POST", api.automation(account, "runbooks", runbook, "publish"));
        await readRunbookAgain(client, account, runbook);
        return started;
      },
      onAccepted: onClose,
    });
  return (
    <FormDialog
      title={`Publish ${runbook} as version ${nextVersion}?`}
      submitLabel="Publish runbook"
      onSubmit={publish}
      onClose={onClose}
      busy={operation.isStarting}
      error={operation.error}
    >
      <p>
        {published === null
          ? "Recovery plans can run it from then on."
          : `Recovery plans run it from then on instead of version ${nextVersion - 1}.`}{" "}
        {count === 0 ? "No line is different." : `${count} ${count === 1 ? "line differs" : "lines differ"}:`}
      </p>
      {count === 0 ? null : <Changes changes={changes} />}
    </FormDialog>
  );
}

function Changes({ changes }: { readonly changes: readonly LineChange[] }) {
  return (
    <ScrollRegion
      label="Changed lines"
      className="max-h-80 overflow-auto rounded-md border border-line bg-sunken py-2 font-mono text-[0.8125rem] leading-5"
    >
      {changes.map((line, index) => (
        <div
          key={`${index}-${line.kind}`}
          className={clsx(
            "w-max min-w-full px-3 whitespace-pre",
            line.kind === "added" && "bg-good-soft text-good",
            line.kind === "removed" && "bg-bad-soft text-bad",
          )}
        >
          <span className="sr-only">{words[line.kind]} </span>
          <span aria-hidden>{marks[line.kind]} </span>
          {line.text}
        </div>
      ))}
    </ScrollRegion>
  );
}
