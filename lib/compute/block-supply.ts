import type { BlockSupplier } from "@/lib/engine/on-demand/on-demand-disk";
import { Fault } from "@/lib/kernel/fault";

/** Where a host gets the missing blocks of one image. `want` waits while nobody answers, until `close`. */
export interface BlockSupply extends BlockSupplier {
  /** Why blocks cannot be had at the moment; null while all is well. */
  readonly problem: string | null;
  close(): void;
}

export type SupplyBlocks = (imagePath: string) => BlockSupply;

/** Of a host that is never given such disks. */
export const noBlocks: SupplyBlocks = (imagePath) => {
  throw new Fault({
    code: "NoBlockSupply",
    message: `'${imagePath}' is not complete, and this host has no way to the vault that it comes from.`,
    possibleCauses: "A disk that was started instantly in the region was moved to another host.",
    recommendedAction: "Use it where it was made, until its virtual machine's page says that it is complete.",
  });
};
