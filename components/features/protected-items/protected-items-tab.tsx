"use client";
import { ShieldPlus } from "lucide-react";
import { useState } from "react";
import { Commands } from "@/components/shell/command-slot";
import { Button } from "@/components/ui/button";
import { EnableProtectionPanel } from "./enable-protection-panel";
import { ProtectedItemsTable } from "./protected-items-table";

/** The Protected Items tab: the list, and the command that adds to it. */
export function ProtectedItemsTab({ vaultName }: { readonly vaultName: string }) {
  const [isOpen, setOpen] = useState(false);
  const open = () => setOpen(true);
  return (
    <>
      <Commands
        label="Commands for protected items"
        commands={[{ id: "enable", label: "Enable protection", icon: <ShieldPlus />, onPress: open }]}
      />
      <ProtectedItemsTable
        vaultName={vaultName}
        emptyAction={
          <Button variant="primary" icon={<ShieldPlus />} onPress={open}>
            Enable protection
          </Button>
        }
      />
      <EnableProtectionPanel vaultName={vaultName} isOpen={isOpen} onClose={() => setOpen(false)} />
    </>
  );
}
