"use client";
import { useQueryClient } from "@tanstack/react-query";
import { FlaskConical, Play, Save, Stamp, Trash2, Undo2 } from "lucide-react";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { Commands } from "@/components/shell/command-slot";
import { useOperation } from "@/components/shell/use-operation";
import type { Command } from "@/components/ui/command-bar";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { ErrorBar } from "@/components/ui/message-bar";
import { armText, DONE_AT_ONCE } from "@/lib/client/arm-text";
import { startOperation } from "@/lib/client/long-running";
import { api, pages } from "@/lib/client/paths";
import { readRunbookAgain } from "@/lib/client/queries/automation";
import { DeleteResourceDialog } from "@/components/shell/delete-resource-dialog";
import { PublishDialog } from "./publish-dialog";
import type { Edit, RunbookTexts } from "./runbook-texts";
import { TestDialog } from "./test-dialog";

type Open = "test" | "run" | "publish" | "discard" | "delete" | null;

export interface RunbookCommandsProps {
  readonly account: string;
  readonly texts: RunbookTexts;
  readonly edit: Edit | null;
  readonly onSaved: () => void;
  readonly onStarted: (job: string) => void;
}

/** Save, test, publish, discard, delete: each with the reason when it is not possible now. */
export function RunbookCommands({ account, texts, edit, onSaved, onStarted }: RunbookCommandsProps) {
  const { resource, published, draft } = texts;
  const { name } = resource;
  const router = useRouter();
  const [open, setOpen] = useState<Open>(null);
  const { save, error, clearError } = useSaveDraft(account, resource.name, onSaved);
  const close = () => setOpen(null);
  const path = (...below: readonly string[]) => api.automation(account, "runbooks", name, ...below);
  return (
    <>
      {error ? <ErrorBar error={error} onDismiss={clearError} /> : null}
      <Commands label="Commands" commands={commandsOf(texts, edit, { save, open: setOpen })} />
      {open === "test" || open === "run" ? (
        <TestDialog
          account={account}
          runbook={name}
          isDraft={open === "test"}
          onClose={close}
          onStarted={(job) => {
            close();
            onStarted(job);
          }}
        />
      ) : null}
      {open === "publish" && draft !== null ? (
        <PublishDialog
          account={account}
          runbook={name}
          published={published}
          draft={draft}
          nextVersion={(resource.properties.publishedVersion ?? 0) + 1}
          onClose={close}
        />
      ) : null}
      <DiscardDialog isOpen={open === "discard"} account={account} runbook={name} onClose={close} />
      <DeleteResourceDialog
        what="runbook"
        name={open === "delete" ? name : null}
        path={() => path()}
        consequence="All its versions are deleted. What it has run stays listed. It is refused while a recovery plan runs it."
        onClose={close}
        onDeleted={() => router.push(pages.automationTab(account, "runbooks"))}
      />
    </>
  );
}

function commandsOf(
  { resource, draft }: RunbookTexts,
  edit: Edit | null,
  act: { readonly save: (edit: Edit) => void; readonly open: (what: Open) => void },
): readonly Command[] {
  const { interpreterProblem, publishedVersion } = resource.properties;
  const unsaved = edit === null ? null : "Save the draft first.";
  const noDraft = draft === null ? "There is no draft: what was written is published." : null;
  const notPublished = publishedVersion === null ? "It was never published." : null;
  const missing = interpreterProblem?.message ?? null;
  return [
    {
      id: "save",
      label: "Save draft",
      icon: <Save />,
      onPress: () => edit && act.save(edit),
      disabledReason: edit === null ? "Nothing was changed." : null,
    },
    {
      id: "test",
      label: "Test draft",
      icon: <FlaskConical />,
      onPress: () => act.open("test"),
      disabledReason: unsaved ?? noDraft ?? missing,
    },
    {
      id: "publish",
      label: "Publish",
      icon: <Stamp />,
      onPress: () => act.open("publish"),
      disabledReason: unsaved ?? noDraft,
    },
    {
      id: "run",
      label: "Run published",
      icon: <Play />,
      onPress: () => act.open("run"),
      disabledReason: notPublished ?? missing,
    },
    {
      id: "discard",
      label: "Discard draft",
      icon: <Undo2 />,
      onPress: () => act.open("discard"),
      disabledReason: notPublished ?? noDraft,
    },
    { id: "delete", label: "Delete", icon: <Trash2 />, onPress: () => act.open("delete"), isDanger: true },
  ];
}

function useSaveDraft(account: string, name: string, onSaved: () => void) {
  const client = useQueryClient();
  const { run, error, clearError } = useOperation();
  const save = ({ text, etag }: Edit) =>
    run({
      title: "Save draft",
      subject: name,
      async start() {
        const path = api.automation(account, "runbooks", name, "draft", "content");
        await armText("PUT", path, { text, etag });
        await readRunbookAgain(client, account, name);
        return DONE_AT_ONCE;
      },
      onAccepted: onSaved,
    });
  return { save, error, clearError };
}

function DiscardDialog(props: {
  readonly isOpen: boolean;
  readonly account: string;
  readonly runbook: string;
  readonly onClose: () => void;
}) {
  const { account, runbook } = props;
  const client = useQueryClient();
  const operation = useOperation();
  const discard = () =>
    operation.run({
      title: "Discard draft",
      subject: runbook,
      async start() {
        const path = api.automation(account, "runbooks", runbook, "draft", "undoEdit");
        const started = await startOperation("POST", path);
        await readRunbookAgain(client, account, runbook);
        return started;
      },
      onAccepted: props.onClose,
    });
  return (
    <ConfirmDialog
      title={`Discard the draft of ${props.runbook}?`}
      isOpen={props.isOpen}
      onClose={props.onClose}
      onConfirm={discard}
      confirmLabel="Discard draft"
      busy={operation.isStarting}
    >
      <p>What was written since the last publication is lost.</p>
      {operation.error ? <ErrorBar error={operation.error} /> : null}
    </ConfirmDialog>
  );
}
