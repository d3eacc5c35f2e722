import {
  CalendarClock,
  CircleCheckBig,
  CircleX,
  CloudUpload,
  FlaskConical,
  History,
  RefreshCw,
  Siren,
  Stamp,
  Trash2,
  Undo2,
} from "lucide-react";
import type { ReactNode } from "react";
import { FailbackPlanDialog } from "./failback-plan-dialog";
import type { PlanDialogProps } from "./plan-dialog-props";
import * as run from "./run-plan-dialogs";
import * as settle from "./settle-plan-dialogs";

export interface PlanVerb {
  /** As the service names the operation. */
  readonly operation: string;
  readonly label: string;
  readonly icon: ReactNode;
  readonly Dialog: (props: PlanDialogProps) => ReactNode;
}

/** The verbs of a plan, in the order of the command bar. */
export const planVerbs: readonly PlanVerb[] = [
  { operation: "TestFailover", label: "Test failover", icon: <FlaskConical />, Dialog: run.TestPlanDialog },
  {
    operation: "TestFailoverCleanup",
    label: "Complete test",
    icon: <CircleCheckBig />,
    Dialog: run.CompletePlanTestDialog,
  },
  { operation: "PlannedFailover", label: "Planned failover", icon: <CalendarClock />, Dialog: run.PlannedPlanDialog },
  { operation: "UnplannedFailover", label: "Unplanned failover", icon: <Siren />, Dialog: run.UnplannedPlanDialog },
  { operation: "Commit", label: "Commit", icon: <Stamp />, Dialog: settle.CommitPlanDialog },
  { operation: "ChangePit", label: "Change recovery point", icon: <History />, Dialog: settle.ChangePlanPointDialog },
  {
    operation: "CancelFailover",
    label: "Cancel failover",
    icon: <CircleX />,
    Dialog: settle.CancelPlanFailoverDialog,
  },
  { operation: "Failback", label: "Failback", icon: <Undo2 />, Dialog: FailbackPlanDialog },
  {
    operation: "ReverseReplicate",
    label: "Reverse replicate",
    icon: <RefreshCw />,
    Dialog: settle.ReverseReplicatePlanDialog,
  },
  {
    operation: "CompleteMigration",
    label: "Complete migration",
    icon: <CloudUpload />,
    Dialog: settle.CompletePlanMigrationDialog,
  },
];

/** The planned failovers of both directions: from the dialog of one the other is a step away while both are possible. */
const OPPOSITES: Readonly<Record<string, string>> = { PlannedFailover: "Failback", Failback: "PlannedFailover" };

export function oppositeOf(verb: PlanVerb): PlanVerb | null {
  return planVerbs.find(({ operation }) => operation === OPPOSITES[verb.operation]) ?? null;
}

/** No operation of the service's list: a plan can go whenever it is not run. */
export const deleteVerb: PlanVerb = {
  operation: "Delete",
  label: "Delete",
  icon: <Trash2 />,
  Dialog: settle.DeletePlanDialog,
};
