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
import { startOperation } from "@/lib/client/long-running";
import { pages } from "@/lib/client/paths";
import { recoveryPlansQuery } from "@/lib/client/queries/recovery-plans";
import { virtualNetworksQuery } from "@/lib/client/queries/region";
import type { DrillResource } from "@/lib/contract/drills";
import { resourceNameProblem } from "@/lib/domain/names";
import { cronDraftProblem, draftOf, newDraft, propertiesOf, type DrillDraft } from "./drill-draft";
import { drillRequests } from "./drill-requests";
import { StartFields } from "./start-fields";
import { TestFields } from "./test-fields";
import { WindowFields } from "./window-fields";

const FIELDS = ["drillName", "trigger", "timeZone", "windows", "graceMinutes", "cleanUp", "keepRuns", "networkId"];

/** Name, plan, start, windows, test and cleanup of a drill; null: of a new one. */
export function DrillPanel(props: {
  readonly vaultName: string;
  readonly drill: DrillResource | null;
  readonly onClose: () => void;
}) {
  const { vaultName, drill, onClose } = props;
  const router = useRouter();
  const plans = useQuery(recoveryPlansQuery(vaultName)).data ?? [];
  const networks = useQuery(virtualNetworksQuery()).data;
  const { run, isStarting, error } = useOperation();
  const [typed, setTyped] = useState<Partial<DrillDraft>>({});
  const [isTried, setTried] = useState(false);
  const isolated = networks?.find((network) => network.properties.isolated)?.id ?? "";
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  // What was not typed follows what is known: plans and networks may come after the form.
  const draft = { ...(drill ? draftOf(drill) : newDraft(plans[0]?.name ?? "", isolated, zone)), ...typed };
  const set = (changes: Partial<DrillDraft>) => setTyped((before) => ({ ...before, ...changes }));
  const plan = plans.find((one) => one.name === draft.planName);
  const nameProblem = isTried && drill === null ? resourceNameProblem(draft.name.trim(), "drill") : null;
  const submit = () => {
    setTried(true);
    const name = draft.name.trim();
    if (resourceNameProblem(name, "drill") ?? cronDraftProblem(draft) ?? (plan ? null : "no plan")) return;
    const request = drillRequests.save(vaultName, name, propertiesOf(draft, plan?.id ?? ""));
    run({
      title: drill === null ? "Create drill" : "Change drill",
      subject: name,
      start: () => startOperation(request.method, request.path, request.body, { onlyNew: drill === null }),
      onAccepted: () => {
        onClose();
        if (drill === null) router.push(pages.drill(vaultName, name));
      },
    });
  };
  const rest = elsewhere(error, ...FIELDS);
  return (
    <SidePanel
      title={drill === null ? "Create a drill" : `Settings of ${drill.name}`}
      description="A test failover that runs by itself, in an isolated network, and cleans up."
      isOpen
      onClose={onClose}
      onSubmit={submit}
      submitLabel={drill === null ? "Create drill" : "Save"}
      busy={isStarting}
      disabledReason={plans.length === 0 ? "Create a recovery plan first." : null}
      message={rest ? <ErrorBar error={rest} /> : null}
    >
      {drill === null ? (
        <TextField
          takesFocus
          label="Name"
          hint="Letters, digits and hyphens, for example saturday-night."
          value={draft.name}
          onChange={(name) => set({ name })}
          error={fieldProblem(nameProblem, error, "drillName")}
          isRequired
        />
      ) : null}
      <Select
        label="Recovery plan"
        options={plans.map((one) => ({ value: one.name, label: one.properties.friendlyName }))}
        value={plan ? plan.name : null}
        onChange={(planName) => set({ planName })}
        error={isTried && !plan ? "Choose the recovery plan that is tested." : null}
        isRequired
      />
      <StartFields vaultName={vaultName} draft={draft} set={set} error={error} ownName={drill?.name ?? null} />
      <WindowFields draft={draft} set={set} error={error} />
      <TestFields draft={draft} set={set} error={error} networks={networks ?? []} />
    </SidePanel>
  );
}
