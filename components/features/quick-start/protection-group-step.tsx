"use client";
import { useQuery } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { elsewhere, fieldProblem } from "@/components/shell/field-problem";
import { useOperation } from "@/components/shell/use-operation";
import { Button } from "@/components/ui/button";
import { ErrorBar } from "@/components/ui/message-bar";
import { Select, type Option } from "@/components/ui/select";
import { TextField } from "@/components/ui/text-field";
import { nameInId } from "@/lib/client/paths";
import { containersQuery } from "@/lib/client/queries/infrastructure";
import { protectionGroupsQuery } from "@/lib/client/queries/protectable-items";
import { storageAccountsQuery } from "@/lib/client/queries/region";
import { vaultQuery } from "@/lib/client/queries/vaults";
import { resourceNameProblem } from "@/lib/domain/names";
import { CONTINUOUS_INTERVAL_SECONDS, policyProblem } from "@/lib/domain/policy-rules";
import { createProtectionGroup } from "./create-protection-group";

const frequencies: readonly Option[] = [
  {
    value: String(CONTINUOUS_INTERVAL_SECONDS),
    label: "Continuous",
    hint: "Writes leave every 5 seconds; of each five minutes one recovery point is kept.",
  },
  { value: "30", label: "30 seconds" },
  { value: "300", label: "5 minutes" },
  { value: "900", label: "15 minutes" },
];
const retentions: readonly Option[] = [
  { value: "0", label: "Only the latest recovery point" },
  ...[1, 2, 4, 8, 12, 16, 24].map((hours) => ({
    value: String(hours),
    label: hours === 1 ? "1 hour" : `${hours} hours`,
  })),
];
const applicationConsistent: readonly Option[] = [
  { value: "0", label: "Off" },
  ...[1, 2, 3, 4, 6, 8, 12].map((hours) => ({
    value: String(hours),
    label: hours === 1 ? "Every hour" : `Every ${hours} hours`,
  })),
];

/** Creates a protection group: a site's machines, where they are replicated to and how. */
export function ProtectionGroupStep({ vaultName }: { readonly vaultName: string }) {
  const vault = useQuery(vaultQuery(vaultName));
  const containers = useQuery(containersQuery(vaultName));
  const accounts = useQuery(storageAccountsQuery());
  const groups = useQuery(protectionGroupsQuery(vaultName));
  const [name, setName] = useState("");
  const [containerId, setContainerId] = useState<string | null>(null);
  const [account, setAccount] = useState<string | null>(null);
  const [frequency, setFrequency] = useState("30");
  const [retention, setRetention] = useState("2");
  const [consistent, setConsistent] = useState("0");
  const [wasSubmitted, setSubmitted] = useState(false);
  const operation = useOperation();

  const inRegion = (accounts.data ?? []).filter((one) => one.location === vault.data?.location);
  const ownAccount = vault.data ? nameInId(vault.data.properties.storageAccountId, "storageAccounts") : null;
  const container = (containers.data ?? []).find((one) => one.id === containerId) ?? containers.data?.[0];
  const storageAccount = account ?? ownAccount;
  const broken = policyProblem({
    replicationIntervalSeconds: Number(frequency),
    recoveryPointHistoryHours: Number(retention),
    applicationConsistentFrequencyHours: Number(consistent),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setSubmitted(true);
    if (
      operation.isStarting ||
      resourceNameProblem(name, "protection group") ||
      !container ||
      !storageAccount ||
      broken
    )
      return;
    operation.run({
      title: "Create protection group",
      subject: name,
      start: () =>
        createProtectionGroup(vaultName, {
          name,
          containerId: container.id,
          storageAccount,
          replicationIntervalSeconds: Number(frequency),
          recoveryPointHistoryHours: Number(retention),
          applicationConsistentHours: Number(consistent),
        }),
      onAccepted: () => {
        setName("");
        setSubmitted(false);
      },
    });
  };
  const problem = wasSubmitted ? resourceNameProblem(name, "protection group") : null;
  const FIELDS = [
    "name",
    "policyName",
    "mappingName",
    "replicationInterval",
    "recoveryPointHistoryDuration",
    "applicationConsistentSnapshotFrequencyInHours",
    "storageAccounts",
  ];
  const rest = elsewhere(operation.error, ...FIELDS);
  return (
    <>
      {groups.data && groups.data.length > 0 ? (
        <p>
          <span className="text-muted">Protection groups of this vault: </span>
          {groups.data.map((group) => group.name).join(", ")}
        </p>
      ) : null}
      <form noValidate onSubmit={submit} aria-label="Create a protection group" className="flex flex-col gap-4">
        <div className="grid items-start gap-4 sm:grid-cols-2">
          <TextField
            label="Name of the protection group"
            isRequired
            value={name}
            onChange={setName}
            error={fieldProblem(problem, operation.error, "name", "policyName", "mappingName")}
            autoComplete="off"
          />
          <Select
            label="Source site"
            value={container?.id ?? null}
            onChange={setContainerId}
            options={(containers.data ?? []).map((one) => ({
              value: one.id,
              label: one.properties.fabricFriendlyName,
            }))}
          />
          <Select
            label="Storage account"
            value={storageAccount}
            onChange={setAccount}
            options={inRegion.map((one) => ({ value: one.name, label: one.name }))}
            error={fieldProblem(null, operation.error, "storageAccounts")}
          />
          <Select
            label="Copy frequency"
            value={frequency}
            onChange={setFrequency}
            options={frequencies}
            error={fieldProblem(null, operation.error, "replicationInterval")}
          />
          <Select
            label="Retain recovery points for"
            value={retention}
            onChange={setRetention}
            options={retentions}
            error={fieldProblem(null, operation.error, "recoveryPointHistoryDuration")}
          />
          <Select
            label="Application-consistent snapshots"
            value={consistent}
            onChange={setConsistent}
            options={applicationConsistent}
            error={fieldProblem(
              broken?.explanation ?? null,
              operation.error,
              "applicationConsistentSnapshotFrequencyInHours",
            )}
          />
        </div>
        {rest ? <ErrorBar error={rest} /> : null}
        <div>
          <Button
            variant="primary"
            type="submit"
            busy={operation.isStarting}
            disabledReason={
              container ? null : "There is no site whose machines could be grouped. Create a Hyper-V site first."
            }
          >
            Create protection group
          </Button>
        </div>
      </form>
    </>
  );
}
