import { Fault } from "@/lib/kernel/fault";
import type { ReplicaFolders } from "@/lib/operations/ports/vault-data";

/** What a file of a replica holds, as far as tests care: which disk, in which state. */
export interface ReplicaFile {
  root: string;
  orders: number | null;
}

/** Folders with ownership marks, in memory. `files` by full path. */
export class MemoryReplicaFolders implements ReplicaFolders {
  readonly owners = new Map<string, string>();
  readonly files = new Map<string, ReplicaFile>();
  /** A file that appears in every folder that is being removed, as if somebody held it open. */
  stubborn: string | null = null;

  async placeOf(
    storageAccount: string,
    owner: { itemId: string; jobId: string; machineName: string },
  ): Promise<string> {
    return `/storage/${storageAccount}/replicas/${owner.machineName}-${owner.jobId.slice(0, 8)}`;
  }

  async make(storageAccount: string, owner: { itemId: string; jobId: string; machineName: string }): Promise<string> {
    const folder = await this.placeOf(storageAccount, owner);
    this.owners.set(folder, owner.itemId);
    return folder;
  }

  /** Of the disk; a Fault: it cannot be looked at. */
  free: number | Fault = 2 ** 40;

  async freeBytes(): Promise<number> {
    if (this.free instanceof Fault) throw this.free;
    return this.free;
  }

  async list(folder: string): Promise<string[]> {
    const inside = [...this.files.keys()].filter((path) => path.startsWith(`${folder}/`));
    return inside.map((path) => path.slice(folder.length + 1));
  }

  async sizes(folder: string): Promise<{ name: string; sizeBytes: number }[]> {
    return (await this.list(folder)).map((name) => ({ name, sizeBytes: 1024 }));
  }

  async remove(folder: string, owner: { itemId: string }): Promise<void> {
    const mark = this.owners.get(folder);
    if (mark === undefined) return;
    if (mark !== owner.itemId) {
      throw new Fault({ code: "NotOurs", message: folder, possibleCauses: "", recommendedAction: "" });
    }
    for (const path of this.files.keys()) if (path.startsWith(`${folder}/`)) this.files.delete(path);
    if (this.stubborn !== null) this.files.set(`${folder}/${this.stubborn}`, { root: "", orders: null });
    this.owners.delete(folder);
  }
}
