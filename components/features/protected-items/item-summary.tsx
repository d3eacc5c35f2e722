"use client";
import { useQuery } from "@tanstack/react-query";
import { QueryView } from "@/components/shell/query-view";
import { Card } from "@/components/ui/card";
import { Figure } from "@/components/ui/figure";
import { formatDuration, formatPlural } from "@/components/ui/format";
import { MessageBar } from "@/components/ui/message-bar";
import { StatusBadge } from "@/components/ui/status-badge";
import { TextLink } from "@/components/ui/text-link";
import { pages } from "@/lib/client/paths";
import { policiesQuery, policyOf } from "@/lib/client/queries/policies";
import { replicationQuery } from "@/lib/client/queries/protected-items";
import type { HealthError } from "@/lib/contract/health-error";
import type { PolicyResource } from "@/lib/contract/policies";
import type { ProtectedItemResource } from "@/lib/contract/protected-items";
import { isContinuous } from "@/lib/domain/policy-rules";
import {
  currentJob,
  directionText,
  healthText,
  healthTone,
  isFailedBack,
  isFailedOver,
  isTestUp,
  locationText,
  stateText,
  stateTone,
} from "./item-state";
import { LiveRpo } from "./live-rpo";
import { copyFrequency, thresholdSeconds } from "./policy-settings";
import { ReplicationStatus } from "./replication-status";

/** Where the machine stands now: state, health, location, RPO, and what replication is doing. */
export function ItemSummary({ vaultName, item }: { readonly vaultName: string; readonly item: ProtectedItemResource }) {
  const query = useQuery(replicationQuery(vaultName, item));
  const policy = policyOf(useQuery(policiesQuery(vaultName)).data, item);
  const job = currentJob(item);
  const failedOver = isFailedOver(item);
  const isComingBack = query.data?.properties.phase === "synchronizingBack";
  return (
    <div className="flex flex-col gap-4">
      {item.properties.healthErrors.map((error) => (
        <HealthMessage key={`${error.errorId} ${error.entityId}`} error={error} />
      ))}
      <Card>
        <div className="grid grid-cols-2 gap-x-6 gap-y-5 lg:grid-cols-4">
          <Figure
            value={
              <StatusBadge tone={stateTone(item)} className="text-xl font-semibold">
                {stateText(item)}
              </StatusBadge>
            }
            label="State"
            note={
              job ? (
                <TextLink href={pages.job(vaultName, job.id)}>
                  {isTestUp(item) ? "Open the job of the test" : "Open the running job"}
                </TextLink>
              ) : null
            }
          />
          <Figure
            value={
              <StatusBadge tone={healthTone(item.properties.replicationHealth)} className="text-xl font-semibold">
                {healthText(item.properties.replicationHealth)}
              </StatusBadge>
            }
            label="Replication health"
          />
          <Figure
            value={<span className="text-xl">{locationText(item.properties.activeLocation)}</span>}
            label="Active location"
            note={<span className="text-muted">Direction: {directionText(item)}</span>}
          />
          <Figure
            value={
              <span className="text-xl">
                {failedOver ? (
                  "–"
                ) : (
                  <LiveRpo
                    replication={query.data}
                    measuredAtMs={query.dataUpdatedAt}
                    thresholdSeconds={thresholdSeconds(policy)}
                  />
                )}
              </span>
            }
            label="RPO: age of the newest recovery point"
            note={
              failedOver || !query.data ? null : (
                <PointFrequency policy={policy} intervalSeconds={query.data.properties.intervalSeconds} />
              )
            }
          />
        </div>
        <div className="mt-5 border-t border-line pt-4">
          {failedOver && !isComingBack ? (
            <p className="text-muted">
              Nothing is replicated since the failover: the machine runs in Azure, from its own disks.
            </p>
          ) : isFailedBack(item) ? (
            <p className="text-muted">
              The machine runs at its site again. Nothing is replicated to Azure before you commit the failback and
              start reverse replication.
            </p>
          ) : (
            <QueryView query={query} what="replication">
              {(replication) => <ReplicationStatus replication={replication} />}
            </QueryView>
          )}
        </div>
      </Card>
    </div>
  );
}

/** How often a recovery point comes; under a policy with a threshold, which are kept and from when on the newest is late. */
function PointFrequency(props: { readonly policy: PolicyResource | undefined; readonly intervalSeconds: number }) {
  const { policy, intervalSeconds } = props;
  const threshold = thresholdSeconds(policy);
  if (policy && threshold !== null) {
    return (
      <span className="text-muted">
        {copyFrequency(policy)}
        <span className="block">RPO threshold: {formatPlural(threshold / 60, "minute")}</span>
      </span>
    );
  }
  return (
    <span className="text-muted">
      {isContinuous({ replicationIntervalSeconds: intervalSeconds }) ? "continuous: " : ""}a new one every{" "}
      {formatDuration(intervalSeconds)}
    </span>
  );
}

function HealthMessage({ error }: { readonly error: HealthError }) {
  return (
    <MessageBar
      tone={error.errorLevel === "Warning" ? "warning" : "error"}
      title={error.errorMessage}
      possibleCauses={error.possibleCauses}
      recommendedAction={error.recommendedAction}
      code={error.errorId}
    />
  );
}
