"use client";
import { useQuery } from "@tanstack/react-query";
import { Card } from "@/components/ui/card";
import { formatBytes, formatPlural } from "@/components/ui/format";
import { KeyValue } from "@/components/ui/key-value";
import { ExactTime } from "@/components/ui/relative-time";
import { siteKindText } from "@/lib/client/fabric-kind";
import { nameInId } from "@/lib/client/paths";
import { policiesQuery, policyOf } from "@/lib/client/queries/policies";
import { diskFormatLabel } from "@/lib/kernel/disk-format";
import type { ProtectedItemResource } from "@/lib/contract/protected-items";
import { targetDetails } from "./machine-details";
import { policySettings } from "./policy-settings";

const MEBIBYTE = 1024 * 1024;

/** What the replica will be, chosen when protection was enabled, and the settings of its policy. */
export function TargetSettingsCard({ item }: { readonly item: ProtectedItemResource }) {
  const { properties } = item;
  const details = properties.providerSpecificDetails;
  const subnet = details.vmNics[0]?.recoveryVMSubnetName;
  const networkId = details.selectedRecoveryAzureNetworkId;
  const network = networkId === null ? "none" : (nameInId(networkId, "virtualNetworks") ?? networkId);
  const account = details.recoveryAzureStorageAccount;
  const { name, disks, processServer } = targetDetails(item);
  const policy = policyOf(useQuery(policiesQuery(nameInId(item.id, "vaults") ?? "")).data, item);
  return (
    <Card title="Settings">
      <KeyValue
        entries={[
          { label: "Name in Azure", value: name },
          { label: "Size", value: details.recoveryAzureVMSize },
          { label: "Network", value: subnet ? `${network} / ${subnet}` : network },
          { label: "Storage account", value: nameInId(account, "storageAccounts") ?? account },
          { label: "Replication policy", value: properties.policyFriendlyName },
          ...(policy ? policySettings(policy) : []),
          {
            label: "Site",
            value: `${properties.primaryFabricFriendlyName} (${siteKindText[properties.primaryFabricProvider]})`,
          },
          ...(processServer === null ? [] : [{ label: "Process server", value: processServer }]),
          {
            label: `Replicated: ${formatPlural(disks.length, "disk")}`,
            value: (
              <ul>
                {disks.map((disk) => (
                  <li key={disk.diskId}>
                    {disk.vhdName}
                    <span className="text-muted">
                      {disk.vhdType === "OperatingSystem" ? " (operating system)" : ""}
                      {`, ${formatBytes(Number(disk.maxSizeMB) * MEBIBYTE)}`}
                      {disk.sourceFormat === null
                        ? ""
                        : ` – ${diskFormatLabel(disk.sourceFormat)} here, ${diskFormatLabel(disk.targetFormat)} in Azure`}
                    </span>
                  </li>
                ))}
              </ul>
            ),
          },
          { label: "Last test failover", value: <ExactTime at={properties.lastSuccessfulTestFailoverTime} /> },
          { label: "Last failover", value: <ExactTime at={properties.lastSuccessfulFailoverTime} /> },
        ]}
      />
    </Card>
  );
}
