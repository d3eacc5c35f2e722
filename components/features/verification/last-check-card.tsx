"use client";
import { useQuery } from "@tanstack/react-query";
import { QueryView } from "@/components/shell/query-view";
import { Card } from "@/components/ui/card";
import { formatBytes, formatCount, formatPlural } from "@/components/ui/format";
import { KeyValue } from "@/components/ui/key-value";
import { ExactTime } from "@/components/ui/relative-time";
import { StatusBadge, type StatusTone } from "@/components/ui/status-badge";
import { TextLink } from "@/components/ui/text-link";
import { pages } from "@/lib/client/paths";
import { itemVerificationQuery } from "@/lib/client/queries/verification";
import type { ProtectedItemResource } from "@/lib/contract/protected-items";
import type { ItemVerificationView } from "@/lib/contract/verification";
import { depthText } from "./depth-text";

type Properties = ItemVerificationView["properties"];
type Depth = NonNullable<Properties["lastCheck"]>["depth"];

const looks: Record<Properties["verdict"], { readonly tone: StatusTone; readonly text: string }> = {
  NotChecked: { tone: "unknown", text: "Never checked" },
  Sound: { tone: "good", text: "No damage known" },
  Damaged: { tone: "bad", text: "Damaged" },
};

/** What a check of that kind looks at, of this machine's points. */
const extents: Record<Depth, string> = {
  structure: "every point opened, every block found in a pack that is long enough",
  data: "every byte read, decrypted and hashed",
  scrub: "structure, and a part of the data read: what was unread the longest",
  repair: "structure, and everything read that was stored again",
};

/** When this machine's recovery points were last looked at, how thoroughly, and what was found. */
export function LastCheckCard(props: { readonly vaultName: string; readonly item: ProtectedItemResource }) {
  const { vaultName, item } = props;
  const query = useQuery(itemVerificationQuery(vaultName, item));
  return (
    <Card
      title="Last check"
      description="Whether this machine's recovery points can be restored whole, as far as checks of the vault have shown."
      actions={<TextLink href={pages.vaultTab(vaultName, "verification")}>Open Verification</TextLink>}
    >
      <QueryView query={query} what="the last check">
        {({ properties }) => <Details properties={properties} vaultName={vaultName} />}
      </QueryView>
    </Card>
  );
}

function Details({ properties, vaultName }: { readonly properties: Properties; readonly vaultName: string }) {
  const { verdict, running, lastCheck, lastDataCheck, damagedPoints } = properties;
  const { tone, text } = looks[verdict];
  const newest = damagedPoints[0];
  return (
    <div className="flex flex-col gap-4">
      <StatusBadge tone={tone}>{text}</StatusBadge>
      {running === null ? null : <TextLink href={pages.job(vaultName, running)}>A check is running</TextLink>}
      {lastCheck === null ? (
        <p className="text-muted">
          No check has looked at the recovery points that are there now. Check the vault on its Verification page, or
          wait for the next scheduled scrub.
        </p>
      ) : (
        <KeyValue
          columns={3}
          entries={[
            { label: "Ended", value: <ExactTime at={lastCheck.at} /> },
            {
              label: "How",
              value: <TextLink href={pages.job(vaultName, lastCheck.jobId)}>{depthText(lastCheck)}</TextLink>,
            },
            { label: "Looked at", value: extents[lastCheck.depth] },
            { label: "Recovery points it saw", value: seenText(properties) },
            { label: "All data last read", value: <ExactTime at={lastDataCheck?.at ?? null} fallback="Never" /> },
            ...(newest === undefined ? [] : [{ label: "Damaged", value: damageText(damagedPoints, newest) }]),
          ]}
        />
      )}
    </div>
  );
}

function seenText({ points, pointsChecked }: Properties): string {
  const since = points - pointsChecked;
  const seen = `${formatCount(pointsChecked)} of ${formatCount(points)}`;
  return since === 0 ? seen : `${seen}; ${formatCount(since)} made since`;
}

function damageText(damaged: Properties["damagedPoints"], newest: Properties["damagedPoints"][number]) {
  const what = newest.state === "lost" ? "it is lost" : `${formatBytes(newest.lostBytes)} lost`;
  return (
    <>
      {formatPlural(damaged.length, "recovery point")}; newest of <ExactTime at={newest.at} />: {what}
    </>
  );
}
