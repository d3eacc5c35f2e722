"use client";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { QueryView } from "@/components/shell/query-view";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { KeyValue } from "@/components/ui/key-value";
import { MessageBar } from "@/components/ui/message-bar";
import { ExactTime } from "@/components/ui/relative-time";
import { protectedItemsQuery } from "@/lib/client/queries/protected-items";
import { consistencyGroupsQuery, containerIdOf } from "@/lib/client/queries/recovery-points";
import type { ProtectedItemResource } from "@/lib/contract/protected-items";
import type { ConsistencyGroup } from "@/lib/contract/recovery-points";
import { ConsistencyGroupDialog } from "./consistency-group-dialog";

interface Props {
  readonly vaultName: string;
  readonly item: ProtectedItemResource;
}

/** The machines that are cut at one instant with this one, so that they can be recovered to it together. */
export function ConsistencyGroupCard({ vaultName, item }: Props) {
  const query = useQuery(consistencyGroupsQuery(vaultName, item));
  const items = useQuery(protectedItemsQuery(vaultName)).data ?? [];
  const [isEditing, setEditing] = useState(false);
  const name = item.properties.providerSpecificDetails.multiVmGroupName;
  const neighbours = items.filter((one) => containerIdOf(one) === containerIdOf(item) && one.id !== item.id);
  const group = query.data?.find((one) => one.name.toLowerCase() === name?.toLowerCase()) ?? null;
  return (
    <Card
      title="Multi-VM consistency"
      description="Machines of one group are cut at one instant; their shared points recover them to it together."
      actions={
        <Button
          onPress={() => setEditing(true)}
          disabledReason={
            neighbours.length === 0 ? "No other machine of this site is protected: a group needs two." : null
          }
        >
          {group === null ? "Create group" : "Change group"}
        </Button>
      }
    >
      <QueryView query={query} what="the consistency group">
        {() =>
          group === null ? (
            <p className="text-muted">
              {name === null
                ? "This machine is cut on its own. Create a group with the machines whose data belongs together."
                : `The group ${name} is being read.`}
            </p>
          ) : (
            <GroupFacts group={group} />
          )
        }
      </QueryView>
      {isEditing ? (
        <ConsistencyGroupDialog item={item} neighbours={neighbours} group={group} onClose={() => setEditing(false)} />
      ) : null}
    </Card>
  );
}

function GroupFacts({ group }: { readonly group: ConsistencyGroup }) {
  const { members, newestSharedPoint, problem } = group.properties;
  return (
    <div className="flex flex-col gap-3">
      {problem ? (
        <MessageBar
          tone="warning"
          title={problem.message}
          possibleCauses={problem.possibleCauses}
          recommendedAction={problem.recommendedAction}
          code={problem.code}
        />
      ) : null}
      <KeyValue
        entries={[
          { label: "Group", value: group.name },
          { label: "Machines", value: members.map((member) => member.friendlyName).join(", ") },
          {
            label: "Newest shared point",
            value:
              newestSharedPoint === null ? (
                "none yet: it comes with the next cut of the group"
              ) : (
                <ExactTime at={newestSharedPoint.at} />
              ),
          },
        ]}
      />
    </div>
  );
}
