"use client";
import { useState } from "react";
import { QueryView } from "@/components/shell/query-view";
import { useOperation } from "@/components/shell/use-operation";
import { ErrorBar, MessageBar } from "@/components/ui/message-bar";
import { Select } from "@/components/ui/select";
import { SidePanel } from "@/components/ui/side-panel";
import { TextLink } from "@/components/ui/text-link";
import { isAbout, toArmError, type ArmError } from "@/lib/client/arm-error";
import { startOperation } from "@/lib/client/long-running";
import { pages } from "@/lib/client/paths";
import type { FabricKind } from "@/lib/domain/replication-provider";
import { EnableProtectionMachines } from "./enable-protection-machines";
import {
  enableRequest,
  proposeSettings,
  settingsProblems,
  type Candidate,
  type MachineSettings,
} from "./enable-protection-model";
import { EnableProtectionSettings } from "./enable-protection-settings";
import { useProtectionOffers } from "./use-protection-offers";

export interface EnableProtectionPanelProps {
  readonly vaultName: string;
  readonly isOpen: boolean;
  readonly onClose: () => void;
  /** Begins with a protection group of a site of this kind. */
  readonly kind?: FabricKind | undefined;
}

/** Chooses machines of a protection group and starts their replication. */
export function EnableProtectionPanel({ isOpen, ...props }: EnableProtectionPanelProps) {
  // Mounted afresh each time, so that nothing of an earlier choice lingers.
  return isOpen ? <OpenPanel {...props} /> : null;
}

const aboutName = ["targetAzureVmName", "recoveryAzureVmName"] as const;
const aboutSize = ["targetVmSize"] as const;
const aboutNetwork = ["targetAzureNetworkId", "targetAzureSubnetId"] as const;

const refusalsOf = (error: ArmError | null) => {
  const about = (fields: readonly string[]) =>
    error && isAbout(error, ...fields) ? `${error.message} ${error.recommendedAction}`.trim() : null;
  return { targetName: about(aboutName), size: about(aboutSize), network: about(aboutNetwork) };
};
const none = { targetName: null, size: null, network: null };

function OpenPanel({ vaultName, onClose, kind }: Omit<EnableProtectionPanelProps, "isOpen">) {
  const [groupId, setGroupId] = useState<string | null>(null);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [changed, setChanged] = useState<Readonly<Record<string, MachineSettings>>>({});
  const offers = useProtectionOffers(vaultName, groupId, kind);
  const { run, isStarting, error, clearError } = useOperation();
  const { group, candidates, sizes, networks } = offers;
  const machines = candidates.filter((one) => chosen.has(one.id) && one.availability === "ready");
  const settingsOf = (one: Candidate) => changed[one.id] ?? proposeSettings(one, sizes, networks);
  const hasProblem = machines.some((one) => Object.keys(settingsProblems(one, settingsOf(one))).length > 0);

  // One request after the other: a machine that was accepted leaves the list, a refusal stays beside its machine.
  const submit = ([machine, ...rest]: readonly Candidate[]) => {
    const policyId = group?.properties.policyId;
    if (machine === undefined || policyId === undefined) return;
    const { storageAccountId, containerId } = offers;
    const request = enableRequest(containerId, machine, settingsOf(machine), { policyId, storageAccountId });
    run({
      title: "Enable protection",
      subject: machine.title,
      start: () => startOperation(request.method, request.path, request.body),
      onAccepted: () => {
        setChosen((old) => new Set([...old].filter((id) => id !== machine.id)));
        if (rest.length === 0) onClose();
        else submit(rest);
      },
    });
  };
  const refusals = refusalsOf(error);
  const isShownInField = Object.values(refusals).some((one) => one !== null);
  return (
    <SidePanel
      title="Enable protection"
      description="Replicates machines of a site into this vault."
      width="wide"
      isOpen
      onClose={onClose}
      onSubmit={() => submit(machines)}
      submitLabel={machines.length > 1 ? `Protect ${machines.length} machines` : "Enable protection"}
      busy={isStarting}
      disabledReason={
        machines.length === 0
          ? "Choose at least one machine."
          : hasProblem
            ? "Correct the settings that are marked first."
            : null
      }
      message={
        error && !isShownInField ? (
          <div className="flex flex-col gap-1">
            <p className="font-medium">{machines[0]?.title}</p>
            <ErrorBar error={error} onDismiss={clearError} />
          </div>
        ) : null
      }
    >
      {offers.problem ? <ErrorBar error={toArmError(offers.problem)} /> : null}
      <QueryView query={offers.groups} what="protection groups">
        {(groups) =>
          groups.length === 0 ? (
            <NoGroup vaultName={vaultName} />
          ) : (
            <Select
              label="Protection group"
              options={groups.map((one) => ({
                value: one.id,
                label: one.name,
                hint: `${one.properties.sourceFabricFriendlyName} → Azure, policy ${one.properties.policyFriendlyName}`,
              }))}
              value={group?.id ?? null}
              onChange={(id) => {
                setGroupId(id);
                setChosen(new Set());
              }}
              isRequired
            />
          )
        }
      </QueryView>
      {group ? (
        <QueryView query={offers.machines} what="machines">
          {() => <EnableProtectionMachines candidates={candidates} chosen={chosen} onChange={setChosen} />}
        </QueryView>
      ) : null}
      {machines.map((machine, index) => (
        <EnableProtectionSettings
          key={machine.id}
          candidate={machine}
          settings={settingsOf(machine)}
          sizes={sizes}
          networks={networks}
          onChange={(settings) => setChanged((old) => ({ ...old, [machine.id]: settings }))}
          refusals={index === 0 ? refusals : none}
        />
      ))}
    </SidePanel>
  );
}

function NoGroup({ vaultName }: { readonly vaultName: string }) {
  return (
    <MessageBar tone="info" title="This vault has no protection group yet.">
      A protection group says where the machines come from and how they are replicated.{" "}
      <TextLink href={pages.vaultTab(vaultName, "quick-start")}>Create one in Quick Start</TextLink>.
    </MessageBar>
  );
}
