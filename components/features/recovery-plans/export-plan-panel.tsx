"use client";
import { useQuery } from "@tanstack/react-query";
import { Download } from "lucide-react";
import { QueryView } from "@/components/shell/query-view";
import { Button } from "@/components/ui/button";
import { CopyButton } from "@/components/ui/copy-button";
import { downloadFile } from "@/components/ui/download-file";
import { SidePanel } from "@/components/ui/side-panel";
import { planDocumentQuery } from "@/lib/client/queries/recovery-plans";
import type { PlanToolProps } from "./plan-dialog-props";

/** The plan as a document for version control: to look at, to copy, to download. */
export function ExportPlanPanel({ vaultName, plan, onClose }: PlanToolProps) {
  const query = useQuery(planDocumentQuery(vaultName, plan.name));
  return (
    <SidePanel
      title={`Export ${plan.properties.friendlyName}`}
      description="Everything that the plan has, with names instead of ids. Importing it changes nothing."
      isOpen
      onClose={onClose}
      width="wide"
    >
      <QueryView query={query} what="the document">
        {({ properties: { yaml, planHash } }) => (
          <>
            <div className="flex flex-wrap gap-2">
              <Button
                size="small"
                icon={<Download />}
                onPress={() => downloadFile(`${plan.name}.yaml`, yaml, "application/yaml")}
              >
                Download
              </Button>
              <CopyButton text={yaml} label="Copy YAML" />
            </div>
            <pre
              role="region"
              aria-label="The plan as YAML"
              // Long lines are scrolled to with the keyboard too.
              // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
              tabIndex={0}
              className="overflow-auto rounded-md border border-line bg-sunken p-3 font-mono text-[0.8125rem]"
            >
              {yaml}
            </pre>
            <p className="text-[0.8125rem] wrap-anywhere text-muted">
              Hash of the plan: <span className="font-mono">{planHash}</span>
            </p>
          </>
        )}
      </QueryView>
    </SidePanel>
  );
}
