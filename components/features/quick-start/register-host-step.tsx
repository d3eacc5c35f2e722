"use client";
import { useQuery } from "@tanstack/react-query";
import { CodeBlock } from "@/components/ui/code-block";
import { RelativeTime } from "@/components/ui/relative-time";
import { fabricsQuery, providersQuery } from "@/lib/client/queries/infrastructure";
import { RegisterDemoHost } from "./register-demo-host";

/** The host is registered by the component on it: a command to copy, or the same run on a host of the demo. */
export function RegisterHostStep({ vaultName }: { readonly vaultName: string }) {
  const providers = useQuery(providersQuery(vaultName));
  const sites = useQuery(fabricsQuery(vaultName));
  const registered = providers.data ?? [];
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
        <section aria-label="On a host of your own" className="flex min-w-0 flex-col gap-3">
          <h4 className="font-semibold">On a host of your own</h4>
          <p className="text-muted">
            Run this beside the downloaded file; it asks for the passphrase. It installs nothing else: Provider and
            agent are one process.
          </p>
          <CodeBlock
            label="Command to register a host"
            text="npx secondsite site register --credentials FILE --site NAME"
          />
        </section>
        <RegisterDemoHost vaultName={vaultName} fabrics={(sites.data ?? []).map((site) => site.name)} />
      </div>
    </>
  );
}
