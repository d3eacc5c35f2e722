"use client";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Select } from "@/components/ui/select";
import { recoveryPointsQuery } from "@/lib/client/queries/protected-items";
import { virtualNetworksQuery } from "@/lib/client/queries/region";
import { Consequences } from "@/components/ui/consequences";
import type { VerbDialogProps } from "./dialog-props";
import { failoverRequests } from "./failover-requests";
import { chosenPointId, LATEST, RecoveryPointChoice } from "./recovery-point-choice";
import { FormDialog } from "@/components/ui/form-dialog";

const UNCONNECTED = "none";

/** Starts a copy of the machine on a network of its own while the source goes on. */
export function TestFailoverDialog({ item, vaultName, onRun, ...frame }: VerbDialogProps) {
  const networks = useQuery(virtualNetworksQuery()).data ?? [];
  const points = useQuery(recoveryPointsQuery(vaultName, item)).data ?? [];
  const [chosenNetwork, setNetwork] = useState<string | null>(null);
  const [point, setPoint] = useState(LATEST);
  const sorted = [...networks].sort((a, b) => Number(b.properties.isolated) - Number(a.properties.isolated));
  const networkId = chosenNetwork ?? sorted.find((one) => one.properties.isolated)?.id ?? UNCONNECTED;
  const chosen = networks.find((one) => one.id === networkId);
  return (
    <FormDialog
      {...frame}
      title={`Test failover of ${item.properties.friendlyName}`}
      submitLabel="Start test failover"
      onSubmit={() =>
        onRun(
          failoverRequests.test(item, {
            networkId: networkId === UNCONNECTED ? null : networkId,
            recoveryPointId: chosenPointId(point, points),
          }),
        )
      }
    >
      <Consequences>
        {[
          "A copy of the machine is started at once from the recovery point; its disks are completed and checked against the point behind it.",
          "The source machine keeps running and replication goes on.",
          "The copy stays up until you complete the test; then everything that it made is removed.",
        ]}
      </Consequences>
      <Select
        label="Network of the test machine"
        options={[
          ...sorted.map((one) => ({
            value: one.id,
            label: one.name,
            hint: one.properties.isolated
              ? "Isolated: the copy cannot reach the real machines."
              : "Not isolated: the copy may be taken for the real machine.",
          })),
          { value: UNCONNECTED, label: "None", hint: "The test machine is not connected to any network." },
        ]}
        value={networkId}
        onChange={setNetwork}
        error={chosen && !chosen.properties.isolated ? "This network is not isolated. Are you sure?" : null}
        isRequired
      />
      <RecoveryPointChoice
        points={points}
        value={point}
        onChange={setPoint}
        latestHint="What the source has now is sent first when its site answers."
      />
    </FormDialog>
  );
}
