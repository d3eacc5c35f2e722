import { providerArmId } from "@/lib/contract/arm-id";
import type { EstateSite } from "@/lib/contract/portal";
import type { EstateSiteView } from "@/lib/operations/read-estate-sites";

export function presentEstateSite(
  scope: { readonly subscriptionId: string; readonly resourceGroup: string },
  view: EstateSiteView,
): EstateSite {
  const { status } = view;
  return {
    id: providerArmId(scope, "Secondsite.Recovery", "estateSites", status.name),
    name: status.name,
    type: "Secondsite.Recovery/estateSites",
    properties: {
      kind: status.kind,
      folder: status.folder,
      state: status.state,
      processes: status.processes.map((process) => ({ ...process })),
      registeredVaultId: view.registeredVaultId,
      registeredFabric: view.registeredVaultId === null ? null : status.registeredFabric,
      machines: status.machines.map(({ id, name, power, orders, disks }) => ({
        ...{ id, name, power, orders },
        disks: disks.map((disk) => ({
          name: disk.name,
          format: disk.format,
          virtualSizeBytes: disk.virtualSizeBytes,
          problem: disk.problem,
        })),
      })),
      controlUnavailableReason: null,
    },
  };
}
