"use client";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Checkbox } from "@/components/ui/checkbox";
import { Consequences } from "@/components/ui/consequences";
import { FormDialog } from "@/components/ui/form-dialog";
import { MessageBar } from "@/components/ui/message-bar";
import { RadioChoice, type RadioOption } from "@/components/ui/radio-choice";
import { Select } from "@/components/ui/select";
import { standingQuery } from "@/lib/client/queries/protected-items";
import type { FailoverStanding } from "@/lib/contract/failover-standing";
import type { VerbDialogProps } from "./dialog-props";
import { failoverRequests, type DataSync } from "./failover-requests";

const synchronizations: readonly RadioOption<DataSync>[] = [
  {
    value: "ForDownTime",
    label: "Synchronize data before failover",
    explanation:
      "Short downtime: what was written in Azure is copied while the virtual machine runs. Then the job waits for you; only what was written meanwhile is copied while nothing runs.",
  },
  {
    value: "ForSynchronization",
    label: "Synchronize data during failover only",
    explanation: "Simple, longer downtime: the virtual machine is shut down at once and everything is copied then.",
  },
];

/** The planned failover from Azure back to a site. */
export function FailbackDialog({ item, vaultName, onRun, ...frame }: VerbDialogProps) {
  const hosts = useQuery(standingQuery(vaultName, item)).data?.properties.hosts ?? null;
  const [dataSync, setDataSync] = useState<DataSync>("ForDownTime");
  const [chosen, setChosen] = useState<string | null>(null);
  const [createMachine, setCreateMachine] = useState(false);
  const host = hosts?.find((one) => (chosen === null ? one.isOriginal : one.providerId === chosen)) ?? null;
  return (
    <FormDialog
      {...frame}
      isDanger
      title={`Fail ${item.properties.friendlyName} back from Azure`}
      submitLabel="Fail back"
      disabledReason={reasonOf(hosts, host, createMachine)}
      onSubmit={() => {
        if (host) onRun(failoverRequests.failback(item, { dataSync, createMachine, providerId: otherThan(host) }));
      }}
    >
      <p className="font-medium">Microsoft Azure (simulated region) → {host?.siteName ?? "the site"}</p>
      <Consequences>
        {[
          "Only what differs travels: the site compares its disks with what was captured in Azure, and the job says how many bytes were saved.",
          "The virtual machine in Azure is shut down, the disks are proven by hash, and the on-premises machine starts from them. If anything fails, the one in Azure runs again.",
          "Once data synchronization has begun, the on-premises machine cannot be started before a failback has ended.",
        ]}
      </Consequences>
      <RadioChoice label="Data synchronization" options={synchronizations} value={dataSync} onChange={setDataSync} />
      <Select
        label="Host"
        options={(hosts ?? []).map(optionOf)}
        value={host?.providerId ?? null}
        onChange={setChosen}
        isRequired
      />
      {host?.problem ? <MessageBar tone="warning" title={host.problem} /> : null}
      <Checkbox isSelected={createMachine} onChange={setCreateMachine}>
        Create on-premises virtual machine if it does not exist
        <span className="block text-[0.8125rem] text-muted">
          {host?.hasMachine
            ? "The host has the machine: its disks are brought up to date."
            : "The host does not have it: all of its data is copied."}
        </span>
      </Checkbox>
    </FormDialog>
  );
}

type Host = FailoverStanding["properties"]["hosts"][number];

const otherThan = (host: Host) => (host.isOriginal ? null : host.providerId);

const optionOf = (host: Host) => ({
  value: host.providerId,
  label: `${host.hostName}, ${host.siteName}`,
  hint: host.isOriginal ? "Where it came from" : "Another host: the machine moves there with the commit",
});

function reasonOf(hosts: readonly Host[] | null, host: Host | null, createMachine: boolean): string | null {
  if (hosts === null) return "The hosts are still being read.";
  if (host === null) return "Choose a host first.";
  if (host.problem !== null) return host.problem;
  if (!host.hasMachine && !createMachine) return "This host does not have the machine: allow it to create it.";
  return null;
}
