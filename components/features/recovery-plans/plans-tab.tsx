"use client";
import { ListPlus } from "lucide-react";
import { useState } from "react";
import { Commands } from "@/components/shell/command-slot";
import { Button } from "@/components/ui/button";
import { CreatePlanPanel } from "./create-plan-panel";
import { PlansTable } from "./plans-table";

/** The Recovery Plans tab: the list, and the command that adds to it. */
export function PlansTab({ vaultName }: { readonly vaultName: string }) {
  const [isOpen, setOpen] = useState(false);
  const open = () => setOpen(true);
  return (
    <>
      <Commands
        label="Commands for recovery plans"
        commands={[{ id: "create", label: "Create plan", icon: <ListPlus />, onPress: open }]}
      />
      <PlansTable
        vaultName={vaultName}
        emptyAction={
          <Button variant="primary" icon={<ListPlus />} onPress={open}>
            Create a recovery plan
          </Button>
        }
      />
      {isOpen ? <CreatePlanPanel vaultName={vaultName} onClose={() => setOpen(false)} /> : null}
    </>
  );
}
