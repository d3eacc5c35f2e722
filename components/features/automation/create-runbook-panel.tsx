"use client";
import { useQuery } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { elsewhere, fieldProblem } from "@/components/shell/field-problem";
import { useOperation } from "@/components/shell/use-operation";
import { ErrorBar } from "@/components/ui/message-bar";
import { Select } from "@/components/ui/select";
import { SidePanel } from "@/components/ui/side-panel";
import { TextField } from "@/components/ui/text-field";
import { armText } from "@/lib/client/arm-text";
import { startOperation } from "@/lib/client/long-running";
import { api, pages } from "@/lib/client/paths";
import { runbookInterpretersQuery } from "@/lib/client/queries/automation";
import { RunbookType } from "@/lib/contract/automation";
import { runbookNameProblem } from "@/lib/domain/automation-rules";
import { languageLabels, STARTER_TEXT } from "./starter-text";

/** A new runbook: name and language; its draft begins with a text that runs. */
export function CreateRunbookPanel(props: { readonly account: string; readonly onClose: () => void }) {
  const { account, onClose } = props;
  const router = useRouter();
  const interpreters = useQuery(runbookInterpretersQuery());
  const [name, setName] = useState("");
  const [type, setType] = useState<RunbookType>("Shell");
  const [description, setDescription] = useState("");
  const [wasSubmitted, setSubmitted] = useState(false);
  const operation = useOperation();
  const submit = () => {
    setSubmitted(true);
    if (runbookNameProblem(name)) return;
    const path = api.automation(account, "runbooks", name);
    operation.run({
      title: "Create runbook",
      subject: name,
      async start() {
        const properties = { runbookType: type, description, draft: {} };
        const started = await startOperation("PUT", path, { properties }, { onlyNew: true });
        await armText("PUT", api.automation(account, "runbooks", name, "draft", "content"), {
          text: STARTER_TEXT[type],
        });
        return started;
      },
      onAccepted: () => router.push(pages.runbook(account, name)),
    });
  };
  const found = interpreters.data?.properties.interpreters ?? [];
  const hint = (one: RunbookType) => {
    const interpreter = found.find((candidate) => candidate.runbookType === one);
    if (!interpreter) return undefined;
    return interpreter.path === null ? "Its interpreter is not installed here." : (interpreter.version ?? undefined);
  };
  const rest = elsewhere(operation.error, "runbookName");
  return (
    <SidePanel
      title="Create runbook"
      isOpen
      onClose={onClose}
      onSubmit={submit}
      submitLabel="Create runbook"
      busy={operation.isStarting}
      message={rest ? <ErrorBar error={rest} /> : null}
    >
      <TextField
        label="Name"
        isRequired
        takesFocus
        value={name}
        onChange={setName}
        error={fieldProblem(wasSubmitted ? runbookNameProblem(name) : null, operation.error, "runbookName")}
        autoComplete="off"
      />
      <Select
        label="Language"
        isRequired
        value={type}
        onChange={(value) => setType(RunbookType.parse(value))}
        options={RunbookType.options.map((one) => ({ value: one, label: languageLabels[one], hint: hint(one) }))}
      />
      <TextField label="Description" value={description} onChange={setDescription} />
    </SidePanel>
  );
}
