"use client";
import { useState } from "react";
import { useOperation } from "@/components/shell/use-operation";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { formatBytes } from "@/components/ui/format";
import { KeyValue } from "@/components/ui/key-value";
import { ErrorBar } from "@/components/ui/message-bar";
import { ExactTime } from "@/components/ui/relative-time";
import { TextField } from "@/components/ui/text-field";
import { startOperation } from "@/lib/client/long-running";
import { api } from "@/lib/client/paths";
import type { VerificationView } from "@/lib/contract/verification";

const GIB = 1024 ** 3;
const MIB_PER_GIB = 1024;

/** How much of the vault is read and verified each day without anybody asking. */
export function ScrubCard(props: {
  readonly vaultName: string;
  readonly scrubs: VerificationView["properties"]["scrubs"];
}) {
  const { vaultName, scrubs } = props;
  const operation = useOperation();
  const [typed, setTyped] = useState<string | null>(null);
  const value = typed ?? String(scrubs.mibPerDay / MIB_PER_GIB);
  const gib = Number(value);
  const isValid = value.trim() !== "" && Number.isFinite(gib) && gib >= 0 && gib <= MIB_PER_GIB * 64;
  const scrubMiBPerDay = Math.round(gib * MIB_PER_GIB);
  const save = () =>
    operation.run({
      title: "Change the scrub budget",
      subject: vaultName,
      start: () => startOperation("PATCH", api.verification(vaultName), { properties: { scrubMiBPerDay } }),
      onAccepted: () => setTyped(null),
    });
  return (
    <Card
      title="Scheduled scrubs"
      description="Each day a part of the data is read, decrypted and hashed: what was not read for the longest time comes first."
    >
      <div className="flex flex-col gap-4">
        <KeyValue
          columns={3}
          entries={[
            {
              label: "Each day",
              value:
                scrubs.mibPerDay === 0
                  ? "Nothing: scrubs are off"
                  : formatBytes((scrubs.mibPerDay / MIB_PER_GIB) * GIB),
            },
            { label: "Last began", value: <ExactTime at={scrubs.lastAt} fallback="Never" /> },
            { label: "Next", value: <ExactTime at={scrubs.nextAt} fallback="None" /> },
          ]}
        />
        <div className="flex flex-wrap items-end gap-3">
          <TextField label="GiB each day (0 turns scrubs off)" value={value} onChange={setTyped} inputMode="decimal" />
          <Button
            onPress={save}
            busy={operation.isStarting}
            disabledReason={
              isValid ? (typed === null ? "Change the number first." : null) : "Give a number from 0 to 65536."
            }
          >
            Save
          </Button>
        </div>
        {operation.error ? <ErrorBar error={operation.error} onDismiss={operation.clearError} /> : null}
      </div>
    </Card>
  );
}
