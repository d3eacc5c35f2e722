import { z } from "zod";
import { DeployedMachineView } from "@/lib/contract/portal";

/** What the portal reads of the resources of the simulated region. */
export const StorageAccountView = z.object({
  id: z.string(),
  name: z.string(),
  location: z.string(),
  properties: z.object({ creationTime: z.string().nullish() }),
});
export type StorageAccountView = z.infer<typeof StorageAccountView>;

export const VirtualNetworkView = z.object({
  id: z.string(),
  name: z.string(),
  location: z.string(),
  properties: z.object({
    addressSpace: z.object({ addressPrefixes: z.array(z.string()) }),
    subnets: z.array(z.object({ name: z.string(), properties: z.object({ addressPrefix: z.string() }) })),
    isolated: z.boolean().nullish(),
  }),
});
export type VirtualNetworkView = z.infer<typeof VirtualNetworkView>;

export const VirtualMachineView = z.object({
  id: z.string(),
  name: z.string(),
  location: z.string().nullish(),
  properties: DeployedMachineView,
});
export type VirtualMachineView = z.infer<typeof VirtualMachineView>;
