import { Boxes, Database, MonitorCog, Network, ShieldCheck, Workflow, type LucideIcon } from "lucide-react";
import { pages } from "@/lib/client/paths";

export interface Service {
  readonly href: string;
  readonly label: string;
  readonly icon: LucideIcon;
}

/** The service bar, from top to bottom. */
export const services: readonly Service[] = [
  { href: pages.vaults(), label: "Recovery Services", icon: ShieldCheck },
  { href: pages.sites(), label: "On-premises sites", icon: Boxes },
  { href: pages.virtualMachines(), label: "Virtual machines", icon: MonitorCog },
  { href: pages.networks(), label: "Virtual networks", icon: Network },
  { href: pages.storage(), label: "Storage accounts", icon: Database },
  { href: pages.automation(), label: "Automation", icon: Workflow },
];
