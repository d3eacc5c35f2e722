"use client";
import { useQuery } from "@tanstack/react-query";
import { CircleCheck, Download } from "lucide-react";
import { useState } from "react";
import { QueryView } from "@/components/shell/query-view";
import { useOperation } from "@/components/shell/use-operation";
import { Button } from "@/components/ui/button";
import { CodeBlock } from "@/components/ui/code-block";
import { downloadFile } from "@/components/ui/download-file";
import { ErrorBar } from "@/components/ui/message-bar";
import { ExactTime } from "@/components/ui/relative-time";
import { Select } from "@/components/ui/select";
import { parseBody } from "@/lib/client/arm-client";
import { startOperation } from "@/lib/client/long-running";
import { api } from "@/lib/client/paths";
import { vaultQuery } from "@/lib/client/queries/vaults";
import { RegistrationKeyFile } from "@/lib/contract/portal";
import { PassphraseForm } from "./passphrase-form";
import type { StepProps } from "./step-props";
import { useSites } from "./use-sites";

/** The passphrase first, once; then the credentials file of a site, as often as it is needed. */
export function RegistrationKeyStep({ scenario, vaultName }: StepProps) {
  const vault = useQuery(vaultQuery(vaultName));
  return (
    <QueryView query={vault} what="the vault">
      {({ properties }) =>
        properties.passphraseSet ? (
          <>
            <p className="flex items-center gap-2 text-good">
              <CircleCheck aria-hidden className="size-4" /> The passphrase of this vault is chosen.
            </p>
            <KeyDownload scenario={scenario} vaultName={vaultName} />
          </>
        ) : (
          <PassphraseForm vaultName={vaultName} />
        )
      }
    </QueryView>
  );
}

function KeyDownload({ scenario, vaultName }: StepProps) {
  const sites = useSites({ scenario, vaultName });
  const [chosen, setChosen] = useState<string | null>(null);
  const [key, setKey] = useState<RegistrationKeyFile | null>(null);
  const operation = useOperation();
  const site = chosen ?? sites[0]?.name ?? null;
  const download = () => {
    if (site === null) return;
    const path = api.registrationKey(vaultName, site);
    operation.run({
      title: "Generate registration key",
      subject: site,
      start: () => startOperation("POST", path),
      onAccepted: ({ body }) => {
        const file = parseBody(RegistrationKeyFile, body, path);
        setKey(file);
        downloadFile(file.fileName, file.content, "application/xml");
      },
    });
  };
  return (
    <>
      <div className="flex flex-wrap items-end gap-3">
        <Select
          label={scenario.site}
          value={site}
          onChange={(next) => {
            setChosen(next);
            setKey(null);
          }}
          options={sites.map((one) => ({
            value: one.name,
            label: one.properties.friendlyName,
          }))}
          className="min-w-56"
        />
        <Button
          variant="primary"
          icon={<Download />}
          onPress={download}
          busy={operation.isStarting}
          disabledReason={site === null ? `There is no ${scenario.site} yet. Create one in the step above.` : null}
        >
          Download registration key
        </Button>
      </div>
      <p className="text-[0.8125rem] text-muted">
        The file is valid for 5 days, and only the newest one of a site: downloading again makes earlier files useless.
      </p>
      {operation.error ? <ErrorBar error={operation.error} /> : null}
      {key ? (
        <div className="flex flex-col gap-2">
          <p>
            <span className="font-medium">{key.fileName}</span> is valid until <ExactTime at={key.expiresAt} />. Copy it
            to the {scenario.server} and run there:
          </p>
          <CodeBlock label={`Command to register the ${scenario.server}`} text={key.command} />
        </div>
      ) : null}
    </>
  );
}
