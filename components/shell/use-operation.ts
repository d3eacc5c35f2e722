"use client";
import { useQueryClient, type QueryClient } from "@tanstack/react-query";
import { useCallback, useState } from "react";
import { toArmError, type ArmError } from "@/lib/client/arm-error";
import { followOperation, type OperationState, type StartedOperation } from "@/lib/client/long-running";
import { useNotificationsStore, type NotificationState } from "@/lib/client/stores/notifications-store";

export interface Operation {
  /** What the notification says: "Create vault". */
  readonly title: string;
  /** What it is about: the name of the vault. */
  readonly subject: string;
  /** Sends the verb (`startOperation`). */
  readonly start: () => Promise<StartedOperation>;
  /** The verb was accepted (or done at once): close the form, go to the page. */
  readonly onAccepted?: (started: StartedOperation) => void;
  /** The job succeeded. Not called when this browser tab was closed before. */
  readonly onSucceeded?: () => void;
  /** The job was accepted and failed later: a form that is still open can show why, beside its cause. */
  readonly onFailed?: (error: ArmError) => void;
}

export interface OperationRunner {
  readonly run: (operation: Operation) => void;
  /** From the press until the service has accepted or refused. */
  readonly isStarting: boolean;
  /** Why the service refused; shown by the form beside its cause. */
  readonly error: ArmError | null;
  readonly clearError: () => void;
}

/**
 * Runs a verb of the API. A refusal comes back as `error` for the form that asked; an accepted job goes on in the
 * notification bar, even when the page is left, and everything on screen is refreshed when it ends.
 */
export function useOperation(): OperationRunner {
  const client = useQueryClient();
  const [isStarting, setStarting] = useState(false);
  const [error, setError] = useState<ArmError | null>(null);
  const clearError = useCallback(() => setError(null), []);
  const run = useCallback(
    (operation: Operation) => {
      setStarting(true);
      setError(null);
      operation
        .start()
        .then((started) => {
          setStarting(false);
          operation.onAccepted?.(started);
          void track(client, operation, started);
        })
        .catch((refusal: unknown) => {
          setStarting(false);
          setError(toArmError(refusal));
        });
    },
    [client],
  );
  return { run, isStarting, error, clearError };
}

const states: Record<OperationState, NotificationState> = {
  running: "running",
  suspended: "waiting",
  succeeded: "succeeded",
  failed: "failed",
  cancelled: "cancelled",
};

let counter = 0;

async function track(client: QueryClient, operation: Operation, started: StartedOperation): Promise<void> {
  const { put } = useNotificationsStore.getState();
  counter += 1;
  const id = started.jobId ?? `operation-${counter}`;
  const about = { id, title: operation.title, subject: operation.subject };
  put({ ...about, jobId: started.jobId, vaultName: started.vaultName, state: "running" });
  try {
    void client.invalidateQueries();
    const status = await followOperation(started, { onState: (state) => put({ ...about, state: states[state] }) });
    put({ ...about, state: states[status.state], error: status.error });
    if (status.state === "succeeded") operation.onSucceeded?.();
    if (status.error) operation.onFailed?.(status.error);
  } catch (problem) {
    put({ ...about, state: "failed", error: toArmError(problem) });
  } finally {
    void client.invalidateQueries();
  }
}
