import { existsSync } from "node:fs";
import type { EstateControl, EstateSiteStatus } from "@/lib/operations/ports/estate-control";
import { SupervisorClient } from "@/lib/site/supervisor/supervisor-client";
import type { SiteStatus } from "@/lib/site/supervisor/supervisor-protocol";

/** The estate as the supervisor of this home controls it. Without one: a reason beside the buttons, and an empty list. */
export function createSupervisedEstate(options: { readonly socketPath: string }): EstateControl {
  const client = new SupervisorClient(options.socketPath);
  const unavailableReason = () =>
    existsSync(options.socketPath)
      ? null
      : "The server runs without its supervisor. Start it with `npm run demo` or `npx secondsite serve` to control sites.";
  return {
    unavailableReason,
    list: async () => (unavailableReason() === null ? (await client.list()).map(present) : []),
    addFolder: async (name, folder) => present(await client.addFolder(name, folder)),
    remove: (name) => client.remove(name),
    fail: async (name) => present(await client.fail(name)),
    restore: async (name) => present(await client.restore(name)),
    register: async (name, xml, passphrase) => present(await client.register(name, xml, passphrase)),
  };
}

function present(status: SiteStatus): EstateSiteStatus {
  const { name, kind, folder, state, processes, registeredVault } = status;
  return { name, kind, folder, state, processes, registeredVault };
}
