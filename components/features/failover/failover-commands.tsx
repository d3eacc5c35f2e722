"use client";
import { useQuery } from "@tanstack/react-query";
import { useState, type ReactNode } from "react";
import { Commands } from "@/components/shell/command-slot";
import { useOperation } from "@/components/shell/use-operation";
import { startOperation } from "@/lib/client/long-running";
import { recoveryPointsQuery, standingQuery } from "@/lib/client/queries/protected-items";
import type { ProtectedItemResource } from "@/lib/contract/protected-items";
import { CancelFailoverDialog } from "./cancel-failover-dialog";
import { ChangePointDialog } from "./change-point-dialog";
import { CommitDialog } from "./commit-dialog";
import { CompleteFailoverDialog } from "./complete-failover-dialog";
import { CompleteMigrationDialog } from "./complete-migration-dialog";
import { CompleteTestDialog } from "./complete-test-dialog";
import type { VerbDialogProps } from "./dialog-props";
import { DisableProtectionDialog } from "./disable-protection-dialog";
import { FailbackDialog } from "./failback-dialog";
import { failoverVerbs, type FailoverVerb } from "./failover-verbs";
import { PlannedFailoverDialog } from "./planned-failover-dialog";
import { ReverseReplicateDialog } from "./reverse-replicate-dialog";
import { TestFailoverDialog } from "./test-failover-dialog";
import { UnplannedFailoverDialog } from "./unplanned-failover-dialog";
import { whyNotAllowed } from "./why-not-allowed";

type Operation = FailoverVerb["operation"];

const dialogs: Readonly<Record<Operation, (props: VerbDialogProps, waitingJobId: string | null) => ReactNode>> = {
  TestFailover: (props) => <TestFailoverDialog {...props} />,
  TestFailoverCleanup: (props) => <CompleteTestDialog {...props} />,
  PlannedFailover: (props) => <PlannedFailoverDialog {...props} />,
  UnplannedFailover: (props) => <UnplannedFailoverDialog {...props} />,
  Commit: (props) => <CommitDialog {...props} />,
  ChangePit: (props) => <ChangePointDialog {...props} />,
  CancelFailover: (props) => <CancelFailoverDialog {...props} />,
  Failback: (props) => <FailbackDialog {...props} />,
  CompleteFailover: (props, waitingJobId) =>
    waitingJobId === null ? null : <CompleteFailoverDialog {...props} waitingJobId={waitingJobId} />,
  ReverseReplicate: (props) => <ReverseReplicateDialog {...props} />,
  CompleteMigration: (props) => <CompleteMigrationDialog {...props} />,
  DisableProtection: (props) => <DisableProtectionDialog {...props} />,
};

export interface FailoverCommandsProps {
  readonly item: ProtectedItemResource;
  readonly vaultName: string;
  /** The item is gone once protection has been disabled. */
  readonly onDisabled: () => void;
}

/** All that can be done with a protected item, on the command bar; what is not possible now says why. */
export function FailoverCommands({ item, vaultName, onDisabled }: FailoverCommandsProps) {
  const [open, setOpen] = useState<Operation | null>(null);
  const { run, isStarting, error, clearError } = useOperation();
  const points = useQuery(recoveryPointsQuery(vaultName, item)).data;
  const waitingJobId = useQuery(standingQuery(vaultName, item)).data?.properties.waitingJobId ?? null;
  const close = () => {
    setOpen(null);
    clearError();
  };
  const commands = failoverVerbs.map(({ operation, label, Icon, isDanger }) => ({
    id: operation,
    label,
    icon: <Icon />,
    isDanger,
    disabledReason:
      operation === "CompleteFailover"
        ? whyNotComplete(waitingJobId)
        : whyNotAllowed(operation, item, points?.map((point) => point.id) ?? null),
    onPress: () => {
      clearError();
      setOpen(operation);
    },
  }));
  const verb = failoverVerbs.find(({ operation }) => operation === open);
  return (
    <>
      <Commands label={`Commands for ${item.properties.friendlyName}`} commands={commands} />
      {verb
        ? dialogs[verb.operation](
            {
              item,
              vaultName,
              busy: isStarting,
              error,
              onClose: close,
              onRun: (request) =>
                run({
                  title: verb.label,
                  subject: item.properties.friendlyName,
                  start: () => startOperation(request.method, request.path, request.body),
                  onAccepted: close,
                  ...(ENDING.includes(verb.operation) ? { onSucceeded: onDisabled } : {}),
                }),
            },
            waitingJobId,
          )
        : null}
    </>
  );
}

/** After these the item is gone. */
const ENDING: readonly Operation[] = ["DisableProtection", "CompleteMigration"];

function whyNotComplete(waitingJobId: string | null): string | null {
  if (waitingJobId !== null) return null;
  return "No failback waits to be completed: that is so after its data was synchronized before the failover.";
}
