"use client";
import { useQuery } from "@tanstack/react-query";
import { ScanSearch, ShieldCheck, Wrench } from "lucide-react";
import { useState } from "react";
import { Commands } from "@/components/shell/command-slot";
import { QueryView } from "@/components/shell/query-view";
import { useOperation } from "@/components/shell/use-operation";
import { Card } from "@/components/ui/card";
import { Figure } from "@/components/ui/figure";
import { formatBytes, formatCount, formatPlural } from "@/components/ui/format";
import { KeyValue } from "@/components/ui/key-value";
import { ErrorBar } from "@/components/ui/message-bar";
import { ExactTime, RelativeTime } from "@/components/ui/relative-time";
import { StatusBadge } from "@/components/ui/status-badge";
import { TextLink } from "@/components/ui/text-link";
import { startOperation } from "@/lib/client/long-running";
import { api, pages } from "@/lib/client/paths";
import { verificationQuery } from "@/lib/client/queries/verification";
import type { VerificationView } from "@/lib/contract/verification";
import { DamagedObjects } from "./damaged-objects";
import { DamagedPoints } from "./damaged-points";
import { depthText } from "./depth-text";
import { RepairDialog } from "./repair-dialog";
import { ScrubCard } from "./scrub-card";

type Properties = VerificationView["properties"];
type Look = NonNullable<Properties["lastCheck"]>;

/** Whether what the vault holds can be restored: when that was last looked at, how thoroughly, and what was found. */
export function VerificationPanel({ vaultName }: { readonly vaultName: string }) {
  const query = useQuery(verificationQuery(vaultName));
  const operation = useOperation();
  const running = query.data?.properties.running ?? null;
  const [isRepairing, setRepairing] = useState(false);
  const check = (readData: boolean) =>
    operation.run({
      title: readData ? "Check all data" : "Check the structure",
      subject: vaultName,
      start: () => startOperation("POST", api.verification(vaultName, "check"), { properties: { readData } }),
    });
  const reason = running === null ? null : "A check is running already; its job shows how far it is.";
  return (
    <>
      {operation.error ? <ErrorBar error={operation.error} onDismiss={operation.clearError} /> : null}
      <QueryView query={query} what="what is known of the vault's soundness">
        {({ properties }) => (
          <>
            <Verdict properties={properties} vaultName={vaultName} />
            <DamagedPoints points={properties.damagedPoints} vaultName={vaultName} />
            <DamagedObjects objects={properties.damagedObjects} unlisted={properties.unlistedPacks} />
            <Looks properties={properties} vaultName={vaultName} />
            <ScrubCard vaultName={vaultName} scrubs={properties.scrubs} />
          </>
        )}
      </QueryView>
      <RepairDialog vaultName={vaultName} isOpen={isRepairing} onClose={() => setRepairing(false)} />
      <Commands
        label="Commands for the verification"
        commands={[
          {
            id: "check",
            label: "Check structure",
            icon: <ShieldCheck />,
            disabledReason: reason,
            onPress: () => check(false),
          },
          {
            id: "read",
            label: "Check all data",
            icon: <ScanSearch />,
            disabledReason: reason,
            onPress: () => check(true),
          },
          {
            id: "repair",
            label: "Repair",
            icon: <Wrench />,
            disabledReason: reason ?? (query.data && isDamaged(query.data.properties) ? null : NOTHING_TO_REPAIR),
            onPress: () => setRepairing(true),
          },
        ]}
      />
    </>
  );
}

const NOTHING_TO_REPAIR = "No damage is known. Check all data to look for it.";
const isDamaged = ({ damagedObjects, damagedPoints, unlistedPacks }: Properties) =>
  damagedObjects.length + damagedPoints.length + unlistedPacks.length > 0;

function Verdict({ properties, vaultName }: { readonly properties: Properties; readonly vaultName: string }) {
  const { lastCheck, coverage, damagedPoints, running } = properties;
  if (lastCheck === null) {
    return (
      <Card>
        <p>
          {running === null
            ? "The vault was never checked. Check its structure (seconds to minutes), or all its data, which reads, decrypts and hashes everything once."
            : "The first check is running."}
          {running === null ? null : (
            <>
              {" "}
              <TextLink href={pages.job(vaultName, running)}>Open the job</TextLink>
            </>
          )}
        </p>
      </Card>
    );
  }
  const sound = !isDamaged(properties);
  return (
    <Card>
      <div className="grid grid-cols-2 gap-x-6 gap-y-5 lg:grid-cols-4">
        <Figure
          value={
            <StatusBadge tone={sound ? "good" : "bad"} className="text-xl font-semibold">
              {sound ? "No damage known" : "Damaged"}
            </StatusBadge>
          }
          label="Verdict"
          note={running === null ? null : <TextLink href={pages.job(vaultName, running)}>A check is running</TextLink>}
        />
        <Figure
          value={
            <span className="text-xl">
              <RelativeTime at={lastCheck.at} />
            </span>
          }
          label="Last check"
          note={<span className="text-muted">{depthText(lastCheck)}</span>}
        />
        <Figure
          value={<span className="text-xl">{formatCount(damagedPoints.length)}</span>}
          label="Recovery points that cannot be restored whole"
          note={<span className="text-muted">of {formatCount(lastCheck.points)}</span>}
        />
        <Figure
          value={<span className="text-xl">{coverageText(coverage)}</span>}
          label="Every byte was read and found sound since"
          note={
            coverage !== null && coverage.packsNeverRead > 0 ? (
              <span className="text-muted">
                {formatCount(coverage.packsNeverRead)} of {formatPlural(coverage.packs, "pack")} not read yet
              </span>
            ) : null
          }
        />
      </div>
    </Card>
  );
}

function Looks({ properties, vaultName }: { readonly properties: Properties; readonly vaultName: string }) {
  const { lastCheck, lastDataCheck } = properties;
  const looks = [lastCheck, lastDataCheck?.jobId === lastCheck?.jobId ? null : lastDataCheck];
  return looks.map((look) =>
    look === null ? null : (
      <Card
        key={look.jobId}
        title={depthText(look)}
        actions={<TextLink href={pages.job(vaultName, look.jobId)}>Open the job</TextLink>}
      >
        <KeyValue columns={3} entries={entriesOf(look)} />
      </Card>
    ),
  );
}

function entriesOf(look: Look) {
  return [
    { label: "Ended", value: <ExactTime at={look.at} /> },
    { label: "Recovery points opened", value: formatCount(look.points) },
    { label: "Packs in the vault", value: `${formatCount(look.packs)}, ${formatBytes(look.storedBytes)} in all` },
    { label: "Packs read whole", value: `${formatCount(look.packsRead)}, ${formatBytes(look.bytesRead)}` },
    { label: "Blocks and pages decrypted and hashed", value: formatCount(look.blobsVerified) },
    {
      label: "Not needed by any recovery point",
      value: `${formatPlural(look.orphanedPacks, "pack")}, ${formatBytes(look.orphanedBytes)}`,
    },
  ];
}

function coverageText(coverage: Properties["coverage"]) {
  if (coverage?.allReadSince) return <RelativeTime at={coverage.allReadSince} />;
  return <span className="text-muted">Not all was read yet</span>;
}
