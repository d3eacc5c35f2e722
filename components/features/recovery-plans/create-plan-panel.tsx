"use client";
import { useQuery } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { useOperation } from "@/components/shell/use-operation";
import { ErrorBar } from "@/components/ui/message-bar";
import { Select } from "@/components/ui/select";
import { SidePanel } from "@/components/ui/side-panel";
import { TextField } from "@/components/ui/text-field";
import { isAbout } from "@/lib/client/arm-error";
import { startOperation } from "@/lib/client/long-running";
import { pages } from "@/lib/client/paths";
import { protectedItemsQuery } from "@/lib/client/queries/protected-items";
import { resourceNameProblem } from "@/lib/domain/names";
import { MachineChoice } from "./machine-choice";
import { addMachines, emptyBootGroup } from "./plan-draft";
import { machinesToAdd, sitesOf } from "./plan-machines";
import { planRequests } from "./plan-requests";

const RULE = "Letters, digits and hyphens, for example three-tiers.";

/** Name, site and machines of a new plan. New machines land in group 1; the editor moves them on. */
export function CreatePlanPanel(props: { readonly vaultName: string; readonly onClose: () => void }) {
  const { vaultName, onClose } = props;
  const router = useRouter();
  const items = useQuery(protectedItemsQuery(vaultName)).data ?? [];
  const { run, isStarting, error } = useOperation();
  const [name, setName] = useState("");
  const [chosenSite, setSite] = useState<string | null>(null);
  const [machineIds, setMachineIds] = useState<ReadonlySet<string>>(new Set());
  const [isTried, setTried] = useState(false);
  const sites = sitesOf(items);
  const site = chosenSite ?? sites[0]?.id ?? null;
  const offered = machinesToAdd(items, site, []);
  const chosen = offered.filter((machine) => machineIds.has(machine.id));
  const problem = resourceNameProblem(name.trim(), "recovery plan");
  const ruleBroken = problem && `${problem.message} ${problem.recommendedAction}`;
  const nameError = isAbout(error, "name", "recoveryPlanName") ? error?.message : isTried ? ruleBroken : null;

  const submit = () => {
    setTried(true);
    if (ruleBroken !== null || site === null || chosen.length === 0) return;
    const request = planRequests.create(vaultName, name.trim(), site, addMachines([emptyBootGroup()], 0, chosen));
    run({
      title: "Create recovery plan",
      subject: name.trim(),
      start: () => startOperation(request.method, request.path, request.body, { onlyNew: true }),
      onAccepted: onClose,
      onSucceeded: () => router.push(pages.recoveryPlan(vaultName, name.trim())),
    });
  };
  return (
    <SidePanel
      title="Create a recovery plan"
      description="Machines that fail over together, in groups and in order."
      isOpen
      onClose={onClose}
      onSubmit={submit}
      submitLabel="Create plan"
      busy={isStarting}
      disabledReason={items.length === 0 ? "Enable protection for a machine first." : null}
      message={error && !nameError ? <ErrorBar error={error} /> : null}
    >
      <TextField takesFocus label="Name" hint={RULE} value={name} onChange={setName} error={nameError} isRequired />
      <Select
        label="Source site"
        options={sites.map((one) => ({ value: one.id, label: one.name }))}
        value={site}
        onChange={setSite}
        hint="The target is Microsoft Azure."
        isRequired
      />
      <div className="flex flex-col gap-1">
        <h3 className="text-[0.8125rem] font-medium">Machines</h3>
        <MachineChoice
          machines={offered}
          chosen={machineIds}
          onChange={setMachineIds}
          emptyText="No machine of this site is protected yet."
        />
        {isTried && chosen.length === 0 ? (
          <p role="alert" className="text-[0.8125rem] text-bad">
            Choose at least one machine.
          </p>
        ) : null}
      </div>
    </SidePanel>
  );
}
