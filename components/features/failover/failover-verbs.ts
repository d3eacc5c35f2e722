import {
  ArrowLeftRight,
  CalendarClock,
  CheckCheck,
  CircleCheckBig,
  CloudUpload,
  FlaskConical,
  History,
  House,
  ShieldOff,
  Siren,
  Stamp,
  Undo2,
  type LucideIcon,
} from "lucide-react";

/**
 * The commands of a protected item in the order of the command bar, by the service's names of the operations. CompleteFailover
 * is none of them: it lets a failback go on that waits.
 */
export interface FailoverVerb {
  readonly operation:
    | "TestFailover"
    | "TestFailoverCleanup"
    | "PlannedFailover"
    | "UnplannedFailover"
    | "Commit"
    | "ChangePit"
    | "CancelFailover"
    | "Failback"
    | "CompleteFailover"
    | "ReverseReplicate"
    | "CompleteMigration"
    | "DisableProtection";
  readonly label: string;
  readonly Icon: LucideIcon;
  readonly isDanger: boolean;
}

export const failoverVerbs: readonly FailoverVerb[] = [
  { operation: "TestFailover", label: "Test failover", Icon: FlaskConical, isDanger: false },
  { operation: "TestFailoverCleanup", label: "Complete test", Icon: CircleCheckBig, isDanger: false },
  { operation: "PlannedFailover", label: "Planned failover", Icon: CalendarClock, isDanger: true },
  { operation: "UnplannedFailover", label: "Unplanned failover", Icon: Siren, isDanger: true },
  { operation: "Commit", label: "Commit", Icon: Stamp, isDanger: false },
  { operation: "ChangePit", label: "Change recovery point", Icon: History, isDanger: true },
  { operation: "CancelFailover", label: "Cancel failover", Icon: Undo2, isDanger: true },
  { operation: "Failback", label: "Failback", Icon: House, isDanger: true },
  { operation: "CompleteFailover", label: "Complete failover", Icon: CheckCheck, isDanger: true },
  { operation: "ReverseReplicate", label: "Reverse replicate", Icon: ArrowLeftRight, isDanger: false },
  { operation: "CompleteMigration", label: "Complete migration", Icon: CloudUpload, isDanger: true },
  { operation: "DisableProtection", label: "Disable protection", Icon: ShieldOff, isDanger: true },
];
