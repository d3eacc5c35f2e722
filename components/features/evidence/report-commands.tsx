"use client";
import { FileCode2, FileJson, FileText } from "lucide-react";
import { Commands } from "@/components/shell/command-slot";
import { downloadFrom } from "@/components/ui/download-file";
import { api } from "@/lib/client/paths";

/** The signed report of a run, in the three forms. */
export function ReportCommands({ vaultName, runName }: { readonly vaultName: string; readonly runName: string }) {
  const command = (format: "pdf" | "html" | "json", label: string, icon: React.ReactNode) => ({
    ...{ id: format, label, icon, disabledReason: null },
    onPress: () => downloadFrom(api.failoverRecords(vaultName, runName, `report.${format}`)),
  });
  return (
    <Commands
      label="Commands for the report"
      commands={[
        command("pdf", "Report as PDF", <FileText />),
        command("html", "Report as HTML", <FileCode2 />),
        command("json", "Report as JSON", <FileJson />),
      ]}
    />
  );
}
