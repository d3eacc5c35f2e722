"use client";
import { useQuery } from "@tanstack/react-query";
import { Download } from "lucide-react";
import { QueryView } from "@/components/shell/query-view";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { CodeBlock } from "@/components/ui/code-block";
import { CopyButton } from "@/components/ui/copy-button";
import { downloadFile } from "@/components/ui/download-file";
import { reportKeyQuery } from "@/lib/client/queries/evidence";

/** What readers of reports compare with: the fingerprint of the key that signs them. */
export function ReportKeyCard({ vaultName }: { readonly vaultName: string }) {
  const query = useQuery(reportKeyQuery(vaultName));
  return (
    <Card
      title="Key of the reports"
      description="Reports are signed with a key of this vault. Give its fingerprint to whoever reads them, by another way than the reports."
    >
      <QueryView query={query} what="the key">
        {({ properties }) => (
          <div className="flex flex-col gap-4">
            <div>
              <p className="text-[0.75rem] text-muted">Fingerprint (SHA-256 of the Ed25519 public key)</p>
              <p className="font-mono text-[0.8125rem] break-all">{properties.fingerprint}</p>
            </div>
            <div className="flex flex-wrap gap-2">
              <CopyButton text={properties.fingerprint} label="Copy fingerprint" />
              <Button
                icon={<Download />}
                onPress={() =>
                  downloadFile(`${vaultName}-report-key.pem`, properties.publicKey, "application/x-pem-file")
                }
              >
                Download public key
              </Button>
            </div>
            <CodeBlock
              label="To check a report"
              text={`npx secondsite report verify FILE --key ${properties.fingerprint}`}
            />
          </div>
        )}
      </QueryView>
    </Card>
  );
}
