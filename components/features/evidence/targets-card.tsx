"use client";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { QueryView } from "@/components/shell/query-view";
import { useOperation } from "@/components/shell/use-operation";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { ErrorBar } from "@/components/ui/message-bar";
import { TextLink } from "@/components/ui/text-link";
import { TextField } from "@/components/ui/text-field";
import { startOperation } from "@/lib/client/long-running";
import { api, pages } from "@/lib/client/paths";
import { evidenceTargetsQuery } from "@/lib/client/queries/evidence";
import type { TargetsView } from "@/lib/contract/evidence";

/** RPO and RTO that runs are measured against: of a vault, or of a plan, whose own go first. */
export function TargetsCard(props: { readonly vaultName: string; readonly planName?: string }) {
  const { vaultName, planName = null } = props;
  const query = useQuery(evidenceTargetsQuery(vaultName, planName));
  return (
    <Card
      title="Targets"
      actions={
        planName === null ? null : (
          <TextLink href={pages.vaultTab(vaultName, "evidence")}>Evidence of its runs</TextLink>
        )
      }
      description={
        planName === null
          ? "What a recovery may lose and may take. Every run that begins from now on is measured against them."
          : "Of this plan alone. What is left empty is the vault's (page Evidence)."
      }
    >
      <QueryView query={query} what="the targets">
        {({ properties }) => <TargetsForm {...{ vaultName, planName }} targets={properties.targets} />}
      </QueryView>
    </Card>
  );
}

function TargetsForm(props: {
  readonly vaultName: string;
  readonly planName: string | null;
  readonly targets: TargetsView["properties"]["targets"];
}) {
  const { vaultName, planName, targets } = props;
  const operation = useOperation();
  const [typed, setTyped] = useState<{ readonly rpo: string; readonly rto: string } | null>(null);
  const shown = typed ?? { rpo: textOf(targets.rpoSeconds), rto: textOf(targets.rtoSeconds) };
  const [rpoSeconds, rtoSeconds] = [secondsOf(shown.rpo), secondsOf(shown.rto)];
  const isValid = rpoSeconds !== undefined && rtoSeconds !== undefined;
  const save = () =>
    operation.run({
      title: "Change the targets",
      subject: planName ?? vaultName,
      start: () =>
        startOperation("PUT", api.evidenceTargets(vaultName, planName), {
          properties: { targets: { rpoSeconds, rtoSeconds } },
        }),
      onAccepted: () => setTyped(null),
    });
  return (
    <div className="flex flex-col gap-4">
      <div className="flex flex-wrap items-end gap-3">
        <TextField
          label="RPO in seconds"
          value={shown.rpo}
          onChange={(rpo) => setTyped({ ...shown, rpo })}
          inputMode="numeric"
        />
        <TextField
          label="RTO in seconds"
          value={shown.rto}
          onChange={(rto) => setTyped({ ...shown, rto })}
          inputMode="numeric"
        />
        <Button
          onPress={save}
          busy={operation.isStarting}
          disabledReason={
            isValid ? (typed === null ? "Change a target first." : null) : "Give whole seconds, or nothing."
          }
        >
          Save targets
        </Button>
      </div>
      {operation.error ? <ErrorBar error={operation.error} onDismiss={operation.clearError} /> : null}
    </div>
  );
}

const textOf = (seconds: number | null) => (seconds === null ? "" : String(seconds));

/** Null: none; undefined: not a number that can be one. */
function secondsOf(text: string): number | null | undefined {
  if (text.trim() === "") return null;
  const seconds = Number(text);
  return Number.isInteger(seconds) && seconds > 0 ? seconds : undefined;
}
