"use client";
import { FileUp, ListPlus, Settings } from "lucide-react";
import { useState } from "react";
import { Commands } from "@/components/shell/command-slot";
import { Button } from "@/components/ui/button";
import { CreatePlanPanel } from "./create-plan-panel";
import { ImportPlanPanel } from "./import-plan-panel";
import { PlanSettingsDialog } from "./plan-settings-dialog";
import { PlansTable } from "./plans-table";

const panels = { create: CreatePlanPanel, import: ImportPlanPanel, settings: PlanSettingsDialog } as const;

/** The Recovery Plans tab: the list, and the commands that add to it. */
export function PlansTab({ vaultName }: { readonly vaultName: string }) {
  const [open, setOpen] = useState<keyof typeof panels | null>(null);
  const Panel = open === null ? null : panels[open];
  const create = () => setOpen("create");
  return (
    <>
      <Commands
        label="Commands for recovery plans"
        commands={[
          { id: "create", label: "Create plan", icon: <ListPlus />, onPress: create },
          { id: "import", label: "Import plan", icon: <FileUp />, onPress: () => setOpen("import") },
          { id: "settings", label: "Plan settings", icon: <Settings />, onPress: () => setOpen("settings") },
        ]}
      />
      <PlansTable
        vaultName={vaultName}
        emptyAction={
          <Button variant="primary" icon={<ListPlus />} onPress={create}>
            Create a recovery plan
          </Button>
        }
      />
      {Panel === null ? null : <Panel vaultName={vaultName} onClose={() => setOpen(null)} />}
    </>
  );
}
