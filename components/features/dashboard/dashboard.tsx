"use client";
import { useQuery } from "@tanstack/react-query";
import { Trash2 } from "lucide-react";
import { useState } from "react";
import { Commands } from "@/components/shell/command-slot";
import { QueryView } from "@/components/shell/query-view";
import { useRegionName } from "@/components/shell/use-region-name";
import { Card } from "@/components/ui/card";
import { Figure } from "@/components/ui/figure";
import { formatBytes, formatCount } from "@/components/ui/format";
import { KeyValue } from "@/components/ui/key-value";
import { ExactTime } from "@/components/ui/relative-time";
import { SimulatedBadge } from "@/components/ui/simulated-badge";
import { StatusBadge } from "@/components/ui/status-badge";
import { TextLink } from "@/components/ui/text-link";
import { nameInId, pages } from "@/lib/client/paths";
import { overviewQuery, vaultQuery } from "@/lib/client/queries/vaults";
import type { VaultOverview } from "@/lib/contract/portal";
import { DeleteVaultDialog } from "./delete-vault-dialog";
import { SpaceCard } from "./space-card";

/** A vault at a glance: what it protects, what needs somebody, what it holds. */
export function Dashboard({ vaultName }: { readonly vaultName: string }) {
  const overview = useQuery(overviewQuery(vaultName));
  const [isDeleting, setDeleting] = useState(false);
  return (
    <>
      <QueryView query={overview} what="the overview">
        {({ properties }) => (
          <>
            <Figures overview={properties} vaultName={vaultName} />
            <div className="grid items-start gap-5 xl:grid-cols-2">
              <Health overview={properties} vaultName={vaultName} />
              <Jobs overview={properties} vaultName={vaultName} />
            </div>
          </>
        )}
      </QueryView>
      <SpaceCard vaultName={vaultName} />
      <VaultFacts vaultName={vaultName} />
      <DeleteVaultDialog vaultName={vaultName} isOpen={isDeleting} onClose={() => setDeleting(false)} />
      <Commands
        label="Commands for the vault"
        commands={[
          {
            id: "delete",
            label: "Delete vault",
            icon: <Trash2 />,
            isDanger: true,
            onPress: () => setDeleting(true),
          },
        ]}
      />
    </>
  );
}

interface PartProps {
  readonly overview: VaultOverview["properties"];
  readonly vaultName: string;
}

function Figures({ overview, vaultName }: PartProps) {
  return (
    <Card>
      <div className="grid grid-cols-2 gap-6 md:grid-cols-4">
        <Figure
          value={formatCount(overview.protectedItemCount)}
          label="Protected machines"
          note={<TextLink href={pages.vaultTab(vaultName, "protected-items")}>Protected Items</TextLink>}
        />
        <Figure
          value={formatCount(overview.recoveryPlanCount)}
          label="Recovery plans"
          note={<TextLink href={pages.vaultTab(vaultName, "recovery-plans")}>Recovery Plans</TextLink>}
        />
        <Figure
          value={formatCount(overview.registeredServersCount)}
          label="Registered servers"
          note={<TextLink href={pages.vaultTab(vaultName, "servers")}>Servers</TextLink>}
        />
        <Figure value={formatBytes(overview.storedBytes)} label="Stored in the vault, compressed and encrypted" />
      </div>
    </Card>
  );
}

function Health({ overview, vaultName }: PartProps) {
  const { unhealthyItems } = overview;
  return (
    <Card title="Health">
      {unhealthyItems.length === 0 ? (
        overview.protectedItemCount === 0 ? (
          <p className="text-muted">
            Nothing is protected yet. <TextLink href={pages.vaultTab(vaultName, "quick-start")}>Quick Start</TextLink>{" "}
            leads you there.
          </p>
        ) : (
          <StatusBadge tone="good">No machine reports a problem</StatusBadge>
        )
      ) : (
        <ul className="flex flex-col gap-2">
          {unhealthyItems.map((item) => (
            <li key={item.name} className="flex flex-col">
              <StatusBadge tone="bad">{item.name}</StatusBadge>
              <span className="text-muted">{item.message}</span>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}

function Jobs({ overview, vaultName }: PartProps) {
  const { inProgress, suspended, failed } = overview.jobs;
  return (
    <Card title="Jobs" actions={<TextLink href={pages.vaultTab(vaultName, "jobs")}>All jobs</TextLink>}>
      <ul className="flex flex-wrap gap-x-8 gap-y-2">
        <li>
          <StatusBadge tone={inProgress > 0 ? "busy" : "idle"}>{`${formatCount(inProgress)} in progress`}</StatusBadge>
        </li>
        <li>
          <StatusBadge
            tone={suspended > 0 ? "waiting" : "idle"}
          >{`${formatCount(suspended)} waiting for somebody`}</StatusBadge>
        </li>
        <li>
          <StatusBadge tone={failed > 0 ? "bad" : "idle"}>{`${formatCount(failed)} failed`}</StatusBadge>
        </li>
      </ul>
    </Card>
  );
}

function VaultFacts({ vaultName }: { readonly vaultName: string }) {
  const vault = useQuery(vaultQuery(vaultName));
  const regionName = useRegionName();
  return (
    <Card title="Vault">
      <QueryView query={vault} what="the vault">
        {({ location, properties, id }) => (
          <KeyValue
            columns={3}
            entries={[
              {
                label: "Region",
                value: (
                  <span className="inline-flex flex-wrap items-center gap-2">
                    {regionName(location)}
                    <SimulatedBadge what="The region carries Azure's name, but everything runs on this computer." />
                  </span>
                ),
              },
              { label: "Storage account", value: nameInId(properties.storageAccountId, "storageAccounts") },
              { label: "Passphrase", value: properties.passphraseSet ? "Chosen" : "Not chosen yet" },
              { label: "Created", value: <ExactTime at={properties.createdAt} /> },
              { label: "Resource id", value: <span className="font-mono text-[0.8125rem] break-all">{id}</span> },
            ]}
          />
        )}
      </QueryView>
    </Card>
  );
}
