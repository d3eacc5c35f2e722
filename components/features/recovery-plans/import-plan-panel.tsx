"use client";
import { useMutation } from "@tanstack/react-query";
import { FileUp } from "lucide-react";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { FileTrigger } from "react-aria-components/FileTrigger";
import { useOperation } from "@/components/shell/use-operation";
import { Button } from "@/components/ui/button";
import { ErrorBar, MessageBar } from "@/components/ui/message-bar";
import { SidePanel } from "@/components/ui/side-panel";
import { TextField } from "@/components/ui/text-field";
import { toArmError, type ArmError } from "@/lib/client/arm-error";
import { startOperation } from "@/lib/client/long-running";
import { pages } from "@/lib/client/paths";
import type { AppliedPlanDocument } from "@/lib/contract/plan-document";
import { excerptAt } from "./document-problem";
import { PlanDifferences } from "./plan-differences";
import { comparePlanDocument } from "./plan-questions";
import { planRequests } from "./plan-requests";

type Comparison = AppliedPlanDocument["properties"];

/** A document is compared with the plan of its name first; only what was shown is applied. */
export function ImportPlanPanel(props: { readonly vaultName: string; readonly onClose: () => void }) {
  const { vaultName, onClose } = props;
  const router = useRouter();
  const [yaml, setYaml] = useState("");
  const comparison = useMutation({ mutationFn: (text: string) => comparePlanDocument(vaultName, text) });
  const { run, isStarting, error: refusal, clearError } = useOperation();
  const compared = comparison.data ?? null;
  const error = refusal ?? (comparison.error ? toArmError(comparison.error) : null);
  const change = (text: string) => {
    setYaml(text);
    comparison.reset();
    clearError();
  };
  const apply = ({ planName }: Comparison) => {
    const request = planRequests.applyDocument(vaultName, yaml, false);
    run({
      title: "Import recovery plan",
      subject: planName,
      start: () => startOperation(request.method, request.path, request.body),
      onAccepted: () => {
        onClose();
        router.push(pages.recoveryPlan(vaultName, planName));
      },
    });
  };
  return (
    <SidePanel
      title="Import a recovery plan"
      description="A document as Export gives it. You see what it would change before anything is changed."
      isOpen
      onClose={onClose}
      onSubmit={() => (compared === null ? comparison.mutate(yaml) : apply(compared))}
      submitLabel={compared === null ? "Compare" : compared.existed ? "Apply changes" : "Create plan"}
      busy={isStarting || comparison.isPending}
      disabledReason={reasonOf(yaml, compared)}
      width="wide"
    >
      <span>
        <FileTrigger
          acceptedFileTypes={[".yaml", ".yml"]}
          onSelect={(files) => {
            const file = files?.[0];
            if (file) void file.text().then(change);
          }}
        >
          <Button icon={<FileUp />}>Choose a file</Button>
        </FileTrigger>
      </span>
      <TextField
        label="Document"
        value={yaml}
        onChange={change}
        error={error ? error.message : null}
        rows={14}
        isRequired
        multiline
        mono
      />
      {error ? <Refusal error={error} yaml={yaml} /> : null}
      {compared === null ? null : <Compared compared={compared} />}
    </SidePanel>
  );
}

function reasonOf(yaml: string, compared: Comparison | null): string | null {
  if (yaml.trim() === "") return "Paste a document or choose a file.";
  return compared !== null && !compared.changed ? "The plan is already as the document says." : null;
}

function Refusal(props: { readonly error: ArmError; readonly yaml: string }) {
  const excerpt = excerptAt(props.error.message, props.yaml);
  return (
    <>
      <ErrorBar error={props.error} />
      {excerpt.length === 0 ? null : (
        <ol
          aria-label="Where it is wrong"
          className="rounded-md border border-line bg-sunken py-2 font-mono text-[0.8125rem]"
        >
          {excerpt.map(({ number, text, isWrong }) => (
            <li key={number} className={isWrong ? "flex gap-3 bg-bad-soft px-3" : "flex gap-3 px-3"}>
              <span className="w-8 shrink-0 text-right text-muted">{number}</span>
              <span className="min-w-0 wrap-anywhere whitespace-pre-wrap">{text}</span>
              {isWrong ? <span className="sr-only"> is the line with the error</span> : null}
            </li>
          ))}
        </ol>
      )}
    </>
  );
}

function Compared({ compared }: { readonly compared: Comparison }) {
  const { planName, existed, changed, differences } = compared;
  if (!changed)
    return <MessageBar tone="success" title={`${planName} is already as the document says: nothing would change.`} />;
  return (
    <>
      <MessageBar
        tone="info"
        title={
          existed
            ? `${planName} would be changed as follows.`
            : `There is no plan ${planName} yet: it would be created.`
        }
      >
        Nothing has been changed so far. A changed plan counts as not tested.
      </MessageBar>
      <PlanDifferences lines={differences} />
    </>
  );
}
