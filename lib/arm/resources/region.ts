import { OWN_API_VERSIONS, SIMULATED_API_VERSIONS } from "@/lib/contract/api-versions";
import { providerArmId } from "@/lib/contract/arm-id";
import { listOf, Region } from "@/lib/contract/portal";
import { VirtualMachineResource } from "@/lib/contract/region-resources";
import { sameName } from "@/lib/domain/names";
import { REGIONS } from "@/lib/domain/regions";
import { SIZES } from "@/lib/domain/sizes";
import { deleteDeployedMachine } from "@/lib/operations/delete-deployed-machine";
import { listDeployedMachines } from "@/lib/operations/list-deployed-machines";
import { list, noContent, ok } from "../answers";
import { OWN, RESOURCE_GROUP } from "../paths";
import { presentVirtualMachine } from "../presenters/region";
import { noSuchResource, scopeOf } from "../resolve";
import { route, type Route } from "../route";

const MACHINES = `${RESOURCE_GROUP}/providers/Microsoft.Compute/virtualMachines` as const;

/** The regions there are, and the machines that failovers have started in them. */
export const regionRoutes: readonly Route[] = [
  route({
    method: "GET",
    path: `${OWN}/regions`,
    summary: "Lists the (simulated) regions and their machine sizes.",
    apiVersions: OWN_API_VERSIONS,
    answer: listOf(Region),
    handle({ params }) {
      return list(
        REGIONS.map((region) => ({
          id: providerArmId(scopeOf(params), "Secondsite.Recovery", "regions", region.name),
          name: region.name,
          type: "Secondsite.Recovery/regions",
          properties: { displayName: region.displayName, simulated: true, sizes: SIZES.map((size) => ({ ...size })) },
        })) satisfies Region[],
      );
    },
  }),
  route({
    method: "GET",
    path: MACHINES,
    summary: "Lists the machines of the (simulated) region.",
    apiVersions: SIMULATED_API_VERSIONS,
    answer: listOf(VirtualMachineResource),
    async handle({ context, params }) {
      const scope = scopeOf(params);
      const machines = await listDeployedMachines(context, scope);
      return list(machines.map((facts) => presentVirtualMachine(scope, facts)));
    },
  }),
  route({
    method: "GET",
    path: `${MACHINES}/{machineName}`,
    summary: "Gets a machine of the (simulated) region.",
    apiVersions: SIMULATED_API_VERSIONS,
    answer: VirtualMachineResource,
    async handle({ context, params }) {
      const scope = scopeOf(params);
      const machines = await listDeployedMachines(context, scope);
      const found = machines.find(({ machine }) => sameName(machine.name, params.machineName));
      if (!found) throw noSuchResource(params.machineName, "machineName");
      return ok(presentVirtualMachine(scope, found));
    },
  }),
  route({
    method: "DELETE",
    path: `${MACHINES}/{machineName}`,
    summary: "Deletes a machine that is no protected machine's replica any more.",
    apiVersions: SIMULATED_API_VERSIONS,
    async handle({ context, params }) {
      const machines = await context.repositories.deployedMachines.listByScope(scopeOf(params));
      const machine = machines.find((candidate) => sameName(candidate.name, params.machineName));
      if (machine) await deleteDeployedMachine(context, machine);
      return noContent();
    },
  }),
];
