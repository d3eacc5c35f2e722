import type { QueryClient, QueryKey } from "@tanstack/react-query";
import { LiveEvent } from "@/lib/contract/portal";
import { api, nameInId } from "./paths";
import { keys } from "./query-keys";

type Listener = (event: LiveEvent) => void;
type StateListener = (connected: boolean) => void;

/** How often one part of the cache is refreshed at most, however many events arrive. */
const COALESCE_MS = 400;

/** Kinds of resources that lie outside every vault, by the lower-case kind of the event. */
const outside: Readonly<Record<string, () => QueryKey>> = {
  estatesite: keys.estate,
  storageaccount: keys.storageAccounts,
  virtualnetwork: keys.virtualNetworks,
  virtualmachine: keys.virtualMachines,
  deployedmachine: keys.virtualMachines,
  vault: keys.vaults,
  automationaccount: () => keys.automation(),
  runbook: () => keys.automation(),
  automationvariable: () => keys.automation(),
  automationjob: () => keys.automation(),
};

/** Every query of every vault: for an event that does not say which vault it is about. */
const ALL_VAULTS: QueryKey = ["vault"];

/** Which parts of the cache an event makes old. Exported for its test. */
export function staleKeys(event: LiveEvent): readonly QueryKey[] {
  const vault = event.vaultId && nameInId(event.vaultId, "vaults");
  const ofVault = vault ? keys.vault(vault) : ALL_VAULTS;
  switch (event.type) {
    case "replication":
      return [vault ? keys.replication(vault, event.protectedItem) : ALL_VAULTS];
    case "job": {
      const ended = ["Succeeded", "Failed", "Cancelled", "Suspended"].includes(event.state);
      if (ended) return [ofVault, keys.vaults(), keys.estate(), keys.virtualMachines()];
      return [vault ? keys.jobs(vault) : ALL_VAULTS];
    }
    case "resource": {
      const named = outside[event.kind.toLowerCase().replace(/s$/, "")];
      // A resource of the region or the estate also changes what a vault's tutorial finds.
      return named ? [named(), ofVault] : [ofVault];
    }
  }
}

/**
 * The one connection for live events of the whole portal. An event refreshes what it makes old; when the connection
 * comes back after a break everything on screen is refreshed, because events that were missed are not sent again.
 * Returns the function that closes it.
 */
export function connectLiveEvents(client: QueryClient, onEvent: Listener, onState: StateListener): () => void {
  const source = new EventSource(api.events());
  const waiting = new Map<string, QueryKey>();
  let timer: ReturnType<typeof setTimeout> | null = null;
  let broken = false;

  const refresh = () => {
    timer = null;
    const due = [...waiting.values()];
    waiting.clear();
    for (const queryKey of due) void client.invalidateQueries({ queryKey });
  };
  source.onopen = () => {
    if (broken) void client.invalidateQueries();
    broken = false;
    onState(true);
  };
  source.onerror = () => {
    broken = true;
    onState(false);
  };
  const receive = (message: MessageEvent<string>) => {
    const parsed = LiveEvent.safeParse(JSON.parse(message.data));
    if (!parsed.success) {
      // A newer server may send kinds this page does not know: refresh rather than guess.
      void client.invalidateQueries();
      return;
    }
    onEvent(parsed.data);
    for (const key of staleKeys(parsed.data)) waiting.set(JSON.stringify(key), key);
    timer ??= setTimeout(refresh, COALESCE_MS);
  };
  source.onmessage = receive;
  for (const type of ["job", "resource", "replication"]) source.addEventListener(type, receive);
  return () => {
    if (timer) clearTimeout(timer);
    source.close();
  };
}
