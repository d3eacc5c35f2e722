"use client";
import { useState } from "react";
import { useOperation } from "@/components/shell/use-operation";
import { Button } from "@/components/ui/button";
import { FormDialog } from "@/components/ui/form-dialog";
import { ErrorBar } from "@/components/ui/message-bar";
import { ExactTime } from "@/components/ui/relative-time";
import { TextField } from "@/components/ui/text-field";
import { startOperation } from "@/lib/client/long-running";
import { api, apiVersions } from "@/lib/client/paths";
import type { RecoveryPointResource } from "@/lib/contract/protected-items";
import type { RetentionView } from "@/lib/contract/space";

export type KeptPoint = RetentionView["properties"]["points"][number];

const reasons: Record<KeptPoint["reason"], string> = {
  Newest: "Newest",
  LastGood: "Newest that is sound",
  AfterShutdown: "After shutdown",
  Locked: "Locked",
  InUse: "In use",
  SharedCut: "Held with its consistency group",
  Streamed: "Last five minutes",
  FewMinutes: "One of each few minutes",
  Recent: "Last hour",
  Hourly: "Point of its hour",
  Daily: "Point of its day",
  Thinned: "Goes next: its hour or day has another",
  Expired: "Goes next: older than the policy's history",
  LatestOnly: "Goes next: the policy keeps the latest only",
};

const lockPath = (point: RecoveryPointResource) =>
  api.ofId(point.id, apiVersions.own, "providers", "Secondsite.Recovery", "locks", "default");

/** Why the policy keeps a point and until when; a person can lock it, or leave it to the policy again. */
export function KeptBecause({ point, kept }: { readonly point: RecoveryPointResource; readonly kept: KeptPoint }) {
  const [isLocking, setLocking] = useState(false);
  const unlocking = useOperation();
  const unlock = () =>
    unlocking.run({
      title: "Unlock recovery point",
      subject: point.properties.recoveryPointTime,
      start: () => startOperation("DELETE", lockPath(point)),
    });
  return (
    <span className="flex flex-wrap items-center gap-x-3 gap-y-1">
      <span>
        {kept.lock ? `Locked: ${kept.lock.reason}` : reasons[kept.reason]}
        {kept.goesAt ? (
          <span className="text-muted">
            , until <ExactTime at={kept.goesAt} />
          </span>
        ) : null}
      </span>
      {kept.lock ? (
        <Button
          size="small"
          variant="quiet"
          onPress={unlock}
          busy={unlocking.isStarting}
          aria-label={`Unlock the point of ${kept.at}`}
        >
          Unlock
        </Button>
      ) : (
        <Button
          size="small"
          variant="quiet"
          onPress={() => setLocking(true)}
          aria-label={`Lock the point of ${kept.at}`}
        >
          Lock
        </Button>
      )}
      {unlocking.error ? <ErrorBar error={unlocking.error} /> : null}
      {isLocking ? <LockDialog point={point} onClose={() => setLocking(false)} /> : null}
    </span>
  );
}

function LockDialog({ point, onClose }: { readonly point: RecoveryPointResource; readonly onClose: () => void }) {
  const [reason, setReason] = useState("");
  const operation = useOperation();
  const lock = () =>
    operation.run({
      title: "Lock recovery point",
      subject: point.properties.recoveryPointTime,
      start: () => startOperation("PUT", lockPath(point), { properties: { reason } }),
      onAccepted: onClose,
    });
  return (
    <FormDialog
      title="Lock recovery point"
      submitLabel="Lock recovery point"
      onSubmit={lock}
      onClose={onClose}
      busy={operation.isStarting}
      error={operation.error}
      disabledReason={reason.trim() === "" ? "Say what it is kept for." : null}
    >
      <p>
        The point is kept whatever the replication policy says, until somebody unlocks it or protection of the machine
        is disabled. The space that only it needs does not come back as long.
      </p>
      <TextField
        label="Kept for"
        isRequired
        value={reason}
        onChange={setReason}
        placeholder="Before the upgrade of March"
        autoComplete="off"
      />
    </FormDialog>
  );
}
