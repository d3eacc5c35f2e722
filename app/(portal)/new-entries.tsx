import { Database, FilePlus2, HardDrive, LifeBuoy, Network, ShieldCheck, Waypoints, Workflow } from "lucide-react";
import { CreateAutomationAccountForm } from "@/components/features/automation/create-automation-account-form";
import { CreateNetworkForm } from "@/components/features/resources/create-network-form";
import { CreateStorageAccountForm } from "@/components/features/resources/create-storage-account-form";
import { CreateVaultForm } from "@/components/features/vaults/create-vault-form";
import type { NewEntry } from "@/components/shell/new-drawer";

/** What NEW offers. Every leaf is a form that makes something. */
export const newEntries: readonly NewEntry[] = [
  {
    id: "data-services",
    label: "Data Services",
    description: "Storage and recovery",
    icon: HardDrive,
    children: [
      {
        id: "recovery-services",
        label: "Recovery Services",
        description: "Protect machines and fail over",
        icon: LifeBuoy,
        children: [
          {
            id: "site-recovery-vault",
            label: "Site Recovery Vault",
            description: "Replicate machines to Azure",
            icon: ShieldCheck,
            children: [
              {
                id: "quick-create",
                label: "Quick Create",
                description: "Name, region, storage account",
                icon: FilePlus2,
                form: (close) => <CreateVaultForm onDone={close} />,
              },
            ],
          },
        ],
      },
      {
        id: "storage",
        label: "Storage",
        description: "Accounts for vault data",
        icon: Database,
        children: [
          {
            id: "storage-account",
            label: "Storage Account",
            description: "Name and region",
            icon: FilePlus2,
            form: (close) => <CreateStorageAccountForm onDone={close} />,
          },
        ],
      },
    ],
  },
  {
    id: "management",
    label: "Management",
    description: "Automation of recovery",
    icon: Workflow,
    children: [
      {
        id: "automation-account",
        label: "Automation Account",
        description: "Runbooks for recovery plans",
        icon: FilePlus2,
        form: (close) => <CreateAutomationAccountForm onDone={close} />,
      },
    ],
  },
  {
    id: "network-services",
    label: "Network Services",
    description: "Networks for replicas",
    icon: Waypoints,
    children: [
      {
        id: "virtual-network",
        label: "Virtual Network",
        description: "Name, region, address space",
        icon: Network,
        form: (close) => <CreateNetworkForm onDone={close} />,
      },
    ],
  },
];
