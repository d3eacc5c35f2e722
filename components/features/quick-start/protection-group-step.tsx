"use client";
import { useQuery } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { elsewhere, fieldProblem } from "@/components/shell/field-problem";
import { useOperation } from "@/components/shell/use-operation";
import { Button } from "@/components/ui/button";
import { ErrorBar } from "@/components/ui/message-bar";
import { Select } from "@/components/ui/select";
import { TextField } from "@/components/ui/text-field";
import { nameInId } from "@/lib/client/paths";
import { containersQuery } from "@/lib/client/queries/infrastructure";
import { containerOf, protectionGroupsQuery } from "@/lib/client/queries/protectable-items";
import { storageAccountsQuery } from "@/lib/client/queries/region";
import { vaultQuery } from "@/lib/client/queries/vaults";
import { resourceNameProblem } from "@/lib/domain/names";
import { policyProblem } from "@/lib/domain/policy-rules";
import { providerOf } from "@/lib/domain/replication-provider";
import { createProtectionGroup, startingSettings } from "./create-protection-group";
import { ReplicationSettingsFields, settingProperties } from "./replication-settings-fields";
import type { StepProps } from "./step-props";

/** Creates a protection group: a site's machines, where they are replicated to and how. */
export function ProtectionGroupStep({ scenario, vaultName }: StepProps) {
  const provider = providerOf(scenario.kind);
  const vault = useQuery(vaultQuery(vaultName));
  const accounts = useQuery(storageAccountsQuery());
  const containers = (useQuery(containersQuery(vaultName)).data ?? []).filter(
    ({ properties }) => properties.fabricType === scenario.kind,
  );
  const groups = (useQuery(protectionGroupsQuery(vaultName)).data ?? []).filter((group) =>
    containers.some((one) => one.id.toLowerCase() === containerOf(group).toLowerCase()),
  );
  const [name, setName] = useState("");
  const [containerId, setContainerId] = useState<string | null>(null);
  const [account, setAccount] = useState<string | null>(null);
  const [settings, setSettings] = useState(startingSettings[provider]);
  const [wasSubmitted, setSubmitted] = useState(false);
  const operation = useOperation();

  const inRegion = (accounts.data ?? []).filter((one) => one.location === vault.data?.location);
  const ownAccount = vault.data ? nameInId(vault.data.properties.storageAccountId, "storageAccounts") : null;
  const container = containers.find((one) => one.id === containerId) ?? containers[0];
  const storageAccount = account ?? ownAccount;
  const broken = policyProblem(settings);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setSubmitted(true);
    if (operation.isStarting || resourceNameProblem(name, "protection group")) return;
    if (!container || !storageAccount || broken) return;
    operation.run({
      title: "Create protection group",
      subject: name,
      start: () => createProtectionGroup(vaultName, { name, containerId: container.id, storageAccount, settings }),
      onAccepted: () => {
        setName("");
        setSubmitted(false);
      },
    });
  };
  const problem = wasSubmitted ? resourceNameProblem(name, "protection group") : null;
  const names = ["name", "policyName", "mappingName"];
  const rest = elsewhere(operation.error, ...names, ...settingProperties(provider), "storageAccounts");
  return (
    <>
      {groups.length > 0 ? (
        <p>
          <span className="text-muted">Protection groups of this vault: </span>
          {groups.map((group) => group.name).join(", ")}
        </p>
      ) : null}
      <form noValidate onSubmit={submit} aria-label="Create a protection group" className="flex flex-col gap-4">
        <div className="grid items-start gap-4 sm:grid-cols-2">
          <TextField
            label="Name of the protection group"
            isRequired
            value={name}
            onChange={setName}
            error={fieldProblem(problem, operation.error, ...names)}
            autoComplete="off"
          />
          <Select
            label="Source site"
            value={container?.id ?? null}
            onChange={setContainerId}
            options={containers.map((one) => ({ value: one.id, label: one.properties.fabricFriendlyName }))}
          />
          {provider === "HyperVReplicaAzure" ? (
            <Select
              label="Storage account"
              value={storageAccount}
              onChange={setAccount}
              options={inRegion.map((one) => ({ value: one.name, label: one.name }))}
              error={fieldProblem(null, operation.error, "storageAccounts")}
            />
          ) : null}
          <ReplicationSettingsFields
            settings={settings}
            onChange={setSettings}
            broken={broken}
            refusal={operation.error}
          />
        </div>
        {rest ? <ErrorBar error={rest} /> : null}
        <div>
          <Button
            variant="primary"
            type="submit"
            busy={operation.isStarting}
            disabledReason={
              container ? null : `There is no site whose machines could be grouped. Create a ${scenario.site} first.`
            }
          >
            Create protection group
          </Button>
        </div>
      </form>
    </>
  );
}
