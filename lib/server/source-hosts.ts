import type { WatchedHost } from "@/lib/adapters/consoles/host-console-source";
import { HostClient } from "@/lib/compute/host-client";
import { listSites } from "@/lib/site/estate/site-folder";

/** The compute hosts of this machine's sites, by their sockets. Sites come and go; a client is kept per socket. */
export function createSourceHosts(sitesFolder: string): {
  list(): readonly (WatchedHost & { readonly name: string })[];
  close(): void;
} {
  const clients = new Map<string, HostClient>();
  return {
    list: () =>
      listSites(sitesFolder).map((site) => {
        const client = clients.get(site.hostSocket) ?? new HostClient(site.hostSocket);
        clients.set(site.hostSocket, client);
        return { name: site.name, client, location: "Primary" as const };
      }),
    close: () => {
      for (const client of clients.values()) client.close();
    },
  };
}
