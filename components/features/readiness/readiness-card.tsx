"use client";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { QueryView } from "@/components/shell/query-view";
import { Card } from "@/components/ui/card";
import { Figure } from "@/components/ui/figure";
import { formatPlural } from "@/components/ui/format";
import { RelativeTime } from "@/components/ui/relative-time";
import { StatusBadge, type StatusTone } from "@/components/ui/status-badge";
import { TextLink } from "@/components/ui/text-link";
import { pages } from "@/lib/client/paths";
import { readinessQuery } from "@/lib/client/queries/readiness";
import type { ReadinessResource } from "@/lib/contract/readiness";

type Properties = ReadinessResource["properties"];
type Part = Properties["parts"][number];

/** The score, and every part of it: what was found, and what to do. What is not met comes first. */
export function ReadinessCard({ vaultName }: { readonly vaultName: string }) {
  const query = useQuery(readinessQuery(vaultName));
  return (
    <QueryView query={query} what="how ready the vault is">
      {({ properties }) => (
        <>
          <Score properties={properties} />
          <Card
            title="Parts of the score"
            description="Each counts with its weight when it is met. What could not be found out is not met."
          >
            <ul className="flex flex-col divide-y divide-line">
              {inOrder(properties.parts).map((part) => (
                <PartRow key={part.id} part={part} vaultName={vaultName} />
              ))}
            </ul>
          </Card>
        </>
      )}
    </QueryView>
  );
}

function Score({ properties }: { readonly properties: Properties }) {
  const { score, parts, readAt } = properties;
  const count = (state: Part["state"]) => parts.filter((part) => part.state === state).length;
  return (
    <Card>
      <div className="grid grid-cols-2 gap-x-6 gap-y-5 lg:grid-cols-4">
        <Figure
          value={`${Math.floor(score)} of 100`}
          label="Readiness score"
          note={
            <span className="text-muted">
              Read <RelativeTime at={readAt} />
            </span>
          }
        />
        <Figure value={count("Met")} label="Parts that are met" note={<Muted>of {parts.length}</Muted>} />
        <Figure value={count("NotMet")} label="Parts that are not met" />
        <Figure
          value={count("Unknown")}
          label="Parts that could not be found out"
          note={<Muted>counted as not met</Muted>}
        />
      </div>
    </Card>
  );
}

const Muted = ({ children }: { readonly children: ReactNode }) => <span className="text-muted">{children}</span>;

const looks: Record<Part["state"], { readonly tone: StatusTone; readonly text: string }> = {
  Met: { tone: "good", text: "Met" },
  NotMet: { tone: "bad", text: "Not met" },
  Unknown: { tone: "unknown", text: "Unknown" },
};
const order: readonly Part["state"][] = ["NotMet", "Unknown", "Met"];
const inOrder = (parts: readonly Part[]) => order.flatMap((state) => parts.filter((part) => part.state === state));

const places: Record<Part["place"], string> = {
  "protected-items": "Protected Items",
  "recovery-plans": "Recovery Plans",
  dashboard: "Dashboard",
  verification: "Verification",
  servers: "Servers",
  drills: "Drills",
  jobs: "Jobs",
  readiness: "Coverage below",
};

function PartRow({ part, vaultName }: { readonly part: Part; readonly vaultName: string }) {
  const { tone, text } = looks[part.state];
  return (
    <li className="flex flex-col gap-x-6 gap-y-1 py-3 first:pt-0 last:pb-0 sm:flex-row">
      <div className="flex shrink-0 items-baseline gap-3 sm:w-40 sm:flex-col sm:gap-0">
        <StatusBadge tone={tone}>{text}</StatusBadge>
        <span className="text-[0.8125rem] text-muted">{formatPlural(part.weight, "point")}</span>
      </div>
      <div className="min-w-0 break-words">
        <h3 className="font-medium">{part.title}</h3>
        <p className="text-[0.8125rem] text-muted">{part.evidence}</p>
        {part.action === null ? null : (
          <p className="text-[0.8125rem]">
            {part.action}{" "}
            {part.place === "readiness" ? null : (
              <TextLink href={pages.vaultTab(vaultName, part.place)}>{places[part.place]}</TextLink>
            )}
          </p>
        )}
      </div>
    </li>
  );
}
