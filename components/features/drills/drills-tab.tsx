"use client";
import { useQuery } from "@tanstack/react-query";
import { CalendarPlus } from "lucide-react";
import { useState } from "react";
import { Commands } from "@/components/shell/command-slot";
import { Button } from "@/components/ui/button";
import { LinkButton } from "@/components/ui/link-button";
import { pages } from "@/lib/client/paths";
import { recoveryPlansQuery } from "@/lib/client/queries/recovery-plans";
import { DrillPanel } from "./drill-panel";
import { DrillsTable } from "./drills-table";

const NO_PLAN = "There is no recovery plan to test. Create one first.";

/** The Drills tab: the list, and the command that adds to it. */
export function DrillsTab({ vaultName }: { readonly vaultName: string }) {
  const plans = useQuery(recoveryPlansQuery(vaultName)).data;
  const [isOpen, setOpen] = useState(false);
  const open = () => setOpen(true);
  const hasNoPlan = plans?.length === 0;
  return (
    <>
      <Commands
        label="Commands for drills"
        commands={[
          {
            ...{ id: "create", label: "Create drill", icon: <CalendarPlus />, onPress: open },
            disabledReason: hasNoPlan ? NO_PLAN : null,
          },
        ]}
      />
      <DrillsTable
        vaultName={vaultName}
        emptyAction={
          hasNoPlan ? (
            <LinkButton variant="primary" href={pages.vaultTab(vaultName, "recovery-plans")}>
              Create a recovery plan first
            </LinkButton>
          ) : (
            <Button variant="primary" icon={<CalendarPlus />} onPress={open}>
              Create a drill
            </Button>
          )
        }
      />
      {isOpen ? <DrillPanel vaultName={vaultName} drill={null} onClose={() => setOpen(false)} /> : null}
    </>
  );
}
