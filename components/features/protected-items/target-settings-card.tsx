import { Card } from "@/components/ui/card";
import { formatBytes, formatPlural } from "@/components/ui/format";
import { KeyValue } from "@/components/ui/key-value";
import { ExactTime } from "@/components/ui/relative-time";
import { nameInId } from "@/lib/client/paths";
import type { ProtectedItem } from "@/lib/client/views/protected-item";

const MEBIBYTE = 1024 * 1024;

/** What the replica will be: chosen when protection was enabled. */
export function TargetSettingsCard({ item }: { readonly item: ProtectedItem }) {
  const { properties } = item;
  const details = properties.providerSpecificDetails;
  const nic = details?.vmNics?.[0];
  const networkId = details?.selectedRecoveryAzureNetworkId ?? nic?.recoveryVMNetworkId;
  const subnet = nic?.recoveryVMSubnetName ?? nic?.ipConfigs?.[0]?.recoverySubnetName;
  const network = networkId ? (nameInId(networkId, "virtualNetworks") ?? networkId) : "none";
  const account = details?.recoveryAzureStorageAccount;
  const disks = details?.azureVmDiskDetails ?? [];
  return (
    <Card title="Settings">
      <KeyValue
        entries={[
          { label: "Name in Azure", value: details?.recoveryAzureVmName ?? properties.friendlyName },
          { label: "Size", value: details?.recoveryAzureVMSize ?? "chosen at failover" },
          { label: "Network", value: subnet ? `${network} / ${subnet}` : network },
          { label: "Storage account", value: account ? (nameInId(account, "storageAccounts") ?? account) : "–" },
          { label: "Replication policy", value: properties.policyFriendlyName ?? "–" },
          { label: "Site", value: properties.primaryFabricFriendlyName ?? "–" },
          {
            label: `Replicated: ${formatPlural(disks.length, "disk")}`,
            value: (
              <ul>
                {disks.map((disk, index) => (
                  <li key={disk.diskId ?? disk.vhdId ?? index}>
                    {disk.vhdName ?? disk.diskId ?? `Disk ${index + 1}`}
                    <span className="text-muted">
                      {disk.vhdType === "OperatingSystem" ? " (operating system)" : ""}
                      {disk.maxSizeMB === null || disk.maxSizeMB === undefined
                        ? ""
                        : `, ${formatBytes(Number(disk.maxSizeMB) * MEBIBYTE)}`}
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
