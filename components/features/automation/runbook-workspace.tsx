"use client";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { Card } from "@/components/ui/card";
import { MessageBar } from "@/components/ui/message-bar";
import { automationJobsQuery } from "@/lib/client/queries/automation";
import { CodeEditor } from "./code-editor";
import { RunOutput } from "./run-output";
import { RunbookCommands } from "./runbook-commands";
import type { Edit, RunbookTexts } from "./runbook-texts";
import { VersionsCard } from "./versions-card";

/** A runbook being written: its text, the output of its newest run, its versions, and the commands. */
export function RunbookWorkspace({ account, texts }: { readonly account: string; readonly texts: RunbookTexts }) {
  const { resource, published, draft } = texts;
  const [edit, setEdit] = useState<Edit | null>(null);
  const [started, setStarted] = useState<string | null>(null);
  const output = useRef<HTMLDivElement>(null);
  // Whoever has started a test wants to see what it prints.
  useEffect(() => {
    if (started !== null) output.current?.scrollIntoView({ block: "nearest" });
  }, [started]);
  const saved = draft ?? published ?? "";
  const job = useNewestJob(account, resource.name) ?? null;
  const write = (text: string) => {
    if (text === saved) setEdit(null);
    else setEdit((old) => ({ text, etag: old?.etag ?? resource.etag }));
  };
  const problem = resource.properties.interpreterProblem;
  const shownJob = started ?? job;
  return (
    <>
      {problem ? (
        <MessageBar
          tone="warning"
          title={problem.message}
          possibleCauses={problem.possibleCauses}
          recommendedAction={problem.recommendedAction}
        />
      ) : null}
      <Card title={draft === null && edit === null ? "Published text" : "Draft"}>
        <CodeEditor label="Script" value={edit?.text ?? saved} onChange={write} />
      </Card>
      <div ref={output} className="empty:hidden">
        {shownJob === null ? null : (
          <RunOutput key={shownJob} account={account} job={shownJob} title={started ? "Test output" : "Newest run"} />
        )}
      </div>
      <VersionsCard account={account} runbook={resource} onRestore={write} />
      <RunbookCommands
        account={account}
        texts={texts}
        edit={edit}
        onSaved={() => setEdit(null)}
        onStarted={setStarted}
      />
    </>
  );
}

function useNewestJob(account: string, runbook: string): string | undefined {
  const jobs = useQuery(automationJobsQuery(account));
  const name = runbook.toLowerCase();
  return jobs.data?.find((job) => job.properties.runbook.name.toLowerCase() === name)?.name;
}
