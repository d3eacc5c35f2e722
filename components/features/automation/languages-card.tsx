"use client";
import { useQuery } from "@tanstack/react-query";
import { QueryView } from "@/components/shell/query-view";
import { Card } from "@/components/ui/card";
import { formatBytes } from "@/components/ui/format";
import { StatusBadge } from "@/components/ui/status-badge";
import { runbookInterpretersQuery } from "@/lib/client/queries/automation";
import type { RunbookInterpreters } from "@/lib/contract/automation";
import { languageLabels } from "./starter-text";

/** In which languages runbooks can be run here, what to install for the others, and what keeps them within their bounds. */
export function LanguagesCard() {
  const interpreters = useQuery(runbookInterpretersQuery());
  return (
    <Card title="Languages on this computer" description="Found by running each interpreter where runbooks run.">
      <QueryView query={interpreters} what="the interpreters">
        {({ properties }) => (
          <div className="flex flex-col gap-4">
            <ul className="grid gap-3 sm:grid-cols-2">
              {properties.interpreters.map((one) => (
                <li key={one.runbookType} className="flex min-w-0 flex-col">
                  <StatusBadge tone={one.path === null ? "idle" : "good"}>
                    {languageLabels[one.runbookType]}
                  </StatusBadge>
                  <span className="text-[0.8125rem] text-muted wrap-anywhere">
                    {one.path === null ? one.installAdvice : `${one.version ?? ""} (${one.path})`}
                  </span>
                </li>
              ))}
            </ul>
            <Bounds properties={properties} />
          </div>
        )}
      </QueryView>
    </Card>
  );
}

function Bounds({ properties }: { readonly properties: RunbookInterpreters["properties"] }) {
  const { protection, limits } = properties;
  return (
    <div className="text-[0.8125rem] text-muted">
      <p>
        A runbook runs as {protection.user}, with at most {formatBytes(limits.memoryBytes)} of memory,{" "}
        {limits.processCount} processes, {formatBytes(limits.folderBytes)} in its folder and{" "}
        {formatBytes(limits.outputBytes)} of output, of which {formatBytes(limits.outputKeptBytes)} are kept.
        {protection.readOnlySystem ? " It can write in its own folder only." : ""}
        {protection.ownProcesses ? " None of its processes outlives it." : ""}
      </p>
      {protection.gaps.length === 0 ? null : (
        <ul className="mt-1 list-disc pl-5">
          {protection.gaps.map((gap) => (
            <li key={gap}>{gap}</li>
          ))}
        </ul>
      )}
    </div>
  );
}
