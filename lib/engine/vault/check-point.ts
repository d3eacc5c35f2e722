import { Fault } from "@/lib/kernel/fault";
import { isZeroId } from "../blocks/blob-id";
import { BLOCK_BYTES, PAGE_CHILDREN } from "../blocks/block-size";
import { openPoint } from "./open-point";
import { children } from "./tree-reader";
import type { VaultContext } from "./vault-faults";
import { treeOfDisk, type VaultReader } from "./vault-reader";

export interface CheckedPoint {
  readonly name: string;
  /** Null: every page and block is there, opens, and has the content that its id names. */
  readonly problem: Fault | null;
  readonly bytesRead: number;
}

/** Reads everything that a point reaches; nothing is written. Faults of the vault become the result, others are thrown. */
export async function checkPoint(
  vault: VaultReader,
  name: string,
  context: VaultContext,
  options: { readonly onProgress?: (bytesRead: number) => void; readonly signal?: AbortSignal } = {},
): Promise<CheckedPoint> {
  let bytesRead = 0;
  try {
    const point = await openPoint(vault.store, vault.keys, name, context);
    for (const disk of point.disks) {
      const { tree } = treeOfDisk(vault, disk, context);
      for await (const { index, page } of tree.lowestPages()) {
        let blockIndex = index * PAGE_CHILDREN;
        const wanted = [];
        for (const id of children(page)) {
          if (!isZeroId(id)) wanted.push({ id, blockIndex });
          blockIndex += 1;
        }
        await vault.blobs.blocks(wanted, context, () => (bytesRead += BLOCK_BYTES), options.signal);
        options.onProgress?.(bytesRead);
      }
    }
    return { name, problem: null, bytesRead };
  } catch (error) {
    if (error instanceof Fault && error.code.startsWith("Vault")) return { name, problem: error, bytesRead };
    throw error;
  }
}
