import { z } from "zod";
import { DeployedMachineView } from "./portal";

/** Resources of the simulated region, in the shape of their Azure counterparts. */
const Connection = { connectionString: z.string().max(2_000).nullish(), accountKey: z.string().max(200).nullish() };
export const StorageAccountCreation = z.object({
  location: z.string(),
  kind: z.string().nullish(),
  sku: z.object({ name: z.string() }).nullish(),
  properties: z
    .object({
      /** Ours: vaults in this account keep their data in a container of a real one. Given by connection string or parts. */
      azureBlob: z
        .object({
          ...Connection,
          accountName: z.string().max(100).nullish(),
          endpoint: z.string().max(300).nullish(),
          container: z.string().max(100).nullish(),
        })
        .nullish(),
    })
    .nullish(),
});

/** A new key for the same account, as a connection string or alone. */
export const StorageKeyReplacement = z.object(Connection);

export const StorageAccountResource = z.object({
  id: z.string(),
  name: z.string(),
  type: z.literal("Microsoft.Storage/storageAccounts"),
  location: z.string(),
  kind: z.literal("StorageV2"),
  sku: z.object({ name: z.literal("Standard_LRS"), tier: z.literal("Standard") }),
  properties: z.object({
    provisioningState: z.literal("Succeeded"),
    creationTime: z.string(),
    /** Ours: it is a folder of this machine. */
    simulated: z.boolean(),
    /** Ours: the container in Azure where its vaults lie; the key is never told. */
    azureBlob: z
      .object({ endpoint: z.string(), accountName: z.string(), container: z.string(), keyEnteredAt: z.string() })
      .nullable(),
  }),
});
export type StorageAccountResource = z.infer<typeof StorageAccountResource>;

const Subnet = z.object({ name: z.string(), properties: z.object({ addressPrefix: z.string() }) });

export const VirtualNetworkCreation = z.object({
  location: z.string(),
  properties: z.object({
    addressSpace: z.object({ addressPrefixes: z.array(z.string()).min(1).max(1) }),
    subnets: z.array(Subnet).max(100).nullish(),
    isolated: z.boolean().nullish(),
  }),
});

export const VirtualNetworkResource = z.object({
  id: z.string(),
  name: z.string(),
  type: z.literal("Microsoft.Network/virtualNetworks"),
  location: z.string(),
  properties: z.object({
    provisioningState: z.literal("Succeeded"),
    addressSpace: z.object({ addressPrefixes: z.array(z.string()) }),
    subnets: z.array(Subnet.extend({ id: z.string() })),
    /** Ours: nothing outside can be reached from it; offered first for test failovers. */
    isolated: z.boolean(),
    simulated: z.literal(true),
  }),
});
export type VirtualNetworkResource = z.infer<typeof VirtualNetworkResource>;

export const VirtualMachineResource = z.object({
  id: z.string(),
  name: z.string(),
  type: z.literal("Microsoft.Compute/virtualMachines"),
  location: z.string(),
  properties: DeployedMachineView,
});
export type VirtualMachineResource = z.infer<typeof VirtualMachineResource>;
