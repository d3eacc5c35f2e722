import {
  CalendarClock,
  CircleCheckBig,
  FlaskConical,
  History,
  ShieldOff,
  Siren,
  Stamp,
  type LucideIcon,
} from "lucide-react";

/** The commands of a protected item in the order of the command bar, by the service's names of the operations. */
export interface FailoverVerb {
  readonly operation:
    | "TestFailover"
    | "TestFailoverCleanup"
    | "PlannedFailover"
    | "UnplannedFailover"
    | "Commit"
    | "ChangePit"
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
  { operation: "DisableProtection", label: "Disable protection", Icon: ShieldOff, isDanger: true },
];
