export interface StrangersPoint {
  readonly name: string;
  readonly at: string;
  readonly machineId: string;
  readonly disks: readonly {
    readonly diskId: string;
    readonly virtualSizeBytes: number;
    readonly root: string;
    readonly top: string;
    readonly blocks: ReadonlyMap<number, Buffer>;
  }[];
}

export function readVault(objects: ReadonlyMap<string, Buffer>, passphrase: string): Promise<readonly StrangersPoint[]>;
