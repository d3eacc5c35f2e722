"use client";
import { useQuery } from "@tanstack/react-query";
import { CodeBlock } from "@/components/ui/code-block";
import { RelativeTime } from "@/components/ui/relative-time";
import { providersQuery } from "@/lib/client/queries/infrastructure";
import { RegisterDemoHost } from "./register-demo-host";
import type { StepProps } from "./step-props";
import { useSites } from "./use-sites";

/** The host, or configuration server, is registered by the component on it: a command to copy, or the same run on one of the demo. */
export function RegisterHostStep({ scenario, vaultName }: StepProps) {
  const providers = useQuery(providersQuery(vaultName));
  const sites = useSites({ scenario, vaultName });
  const registered = (providers.data ?? []).filter(({ properties }) => properties.fabricType === scenario.kind);
  const heading = `On a ${scenario.server} of your own`;
  return (
    <>
      {registered.length > 0 ? (
        <ul className="flex flex-col gap-1">
          {registered.map((provider) => (
            <li key={provider.id}>
              <span className="font-medium">{provider.properties.friendlyName}</span>
              <span className="text-muted">
                {" "}
                last heard <RelativeTime at={provider.properties.lastHeartBeat} />
              </span>
            </li>
          ))}
        </ul>
      ) : null}
      <div className="grid gap-6 lg:grid-cols-2">
        <section aria-label={heading} className="flex min-w-0 flex-col gap-3">
          <h4 className="font-semibold">{heading}</h4>
          <p className="text-muted">
            Run this beside the downloaded file; it asks for the passphrase. {scenario.serverNote}
          </p>
          <CodeBlock
            label={`Command to register a ${scenario.server}`}
            text="npx secondsite site register --credentials FILE --site NAME"
          />
        </section>
        <RegisterDemoHost scenario={scenario} vaultName={vaultName} fabrics={sites.map((site) => site.name)} />
      </div>
    </>
  );
}
