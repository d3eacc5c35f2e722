"use client";
import { Card } from "@/components/ui/card";
import { formatDuration } from "@/components/ui/format";
import { ExactTime } from "@/components/ui/relative-time";
import { StatusBadge } from "@/components/ui/status-badge";
import type { FailoverRecordView } from "@/lib/contract/evidence";
import { stepTones } from "./labels";

type Step = FailoverRecordView["properties"]["steps"][number];

export function RunSteps({ steps }: { readonly steps: readonly Step[] }) {
  return (
    <Card title="Steps">
      <ol aria-label="Steps of the run" className="flex flex-col divide-y divide-line">
        {steps.map((step, index) => (
          <li key={`${index} ${step.name}`} className="py-2">
            <div className="flex flex-wrap items-baseline gap-x-4 gap-y-1">
              <span className="font-medium">{step.name}</span>
              <StatusBadge tone={stepTones[step.state] ?? "idle"}>{step.state}</StatusBadge>
              <span className="text-[0.8125rem] text-muted">
                {step.group === null ? "" : `${step.group}. `}
                <ExactTime at={step.startedAt} fallback="Not started" />
                {took(step)}
              </span>
            </div>
            {step.detail === "" ? null : <p className="text-[0.8125rem]">{step.detail}</p>}
          </li>
        ))}
      </ol>
    </Card>
  );
}

function took({ startedAt, endedAt }: Step): string {
  if (startedAt === null || endedAt === null) return "";
  return `, took ${formatDuration((Date.parse(endedAt) - Date.parse(startedAt)) / 1000)}`;
}
