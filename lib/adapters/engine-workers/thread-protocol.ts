import type { BlockUnit, BlockUnitResult } from "@/lib/engine/vault/block-workers";
import type { SharedBlobTable } from "@/lib/engine/vault/blob-table";
import type { PackType } from "@/lib/engine/vault/blob-type";
import { ID_BYTES } from "@/lib/engine/blocks/block-size";
import type { PackEntry } from "@/lib/engine/vault/pack-format";
import type { FinishedPack } from "@/lib/engine/vault/pack-finish";
import type { WireError } from "./error-wire";

export interface ThreadSetup {
  readonly masterKey: Uint8Array;
  readonly table: SharedBlobTable;
  /** Scheduling priority of the thread (nice), or null to keep the process's. */
  readonly niceness: number | null;
}

export type ToThread =
  /** First, and once: a thread is started before the vault is open, since it takes a while to load. */
  | { readonly kind: "setup"; readonly setup: ThreadSetup }
  | { readonly kind: "process"; readonly call: number; readonly unit: BlockUnit }
  | { readonly kind: "finish" | "discard"; readonly call: number; readonly run: number }
  | { readonly kind: "buffer"; readonly buffer: ArrayBuffer };

export type FromThread =
  | { readonly kind: "result"; readonly call: number; readonly result: BlockUnitResult | null }
  | { readonly kind: "error"; readonly call: number; readonly error: WireError }
  | { readonly kind: "takeBuffer" }
  | { readonly kind: "giveBuffer"; readonly buffer: ArrayBuffer }
  | { readonly kind: "pack"; readonly run: number; readonly number: number; readonly pack: WirePack };

/** A finished pack whose buffer is moved, not copied; its entries in one piece, since cloning hundreds of buffers is slow. */
export interface WirePack {
  readonly name: string;
  readonly type: PackType;
  readonly sizeBytes: number;
  readonly salt: Uint8Array;
  readonly entries: Uint8Array;
  readonly buffer: ArrayBuffer;
}

const ENTRY_BYTES = ID_BYTES + 8;

export function toWirePack(pack: FinishedPack): WirePack {
  const entries = Buffer.from(new ArrayBuffer(pack.entries.length * ENTRY_BYTES));
  let at = 0;
  for (const { id, offset, sealedLength } of pack.entries) {
    at += id.copy(entries, at);
    at = entries.writeUInt32LE(offset, at);
    at = entries.writeUInt32LE(sealedLength, at);
  }
  const { name, type, sizeBytes } = pack;
  return { name, type, sizeBytes, salt: new Uint8Array(pack.salt), entries, buffer: pack.bytes.buffer as ArrayBuffer };
}

export function fromWirePack(wire: WirePack): FinishedPack {
  const packed = Buffer.from(wire.entries.buffer, wire.entries.byteOffset, wire.entries.byteLength);
  const entries: PackEntry[] = [];
  for (let at = 0; at < packed.length; at += ENTRY_BYTES) {
    entries.push({
      id: packed.subarray(at, at + ID_BYTES),
      offset: packed.readUInt32LE(at + ID_BYTES),
      sealedLength: packed.readUInt32LE(at + ID_BYTES + 4),
    });
  }
  const { name, type, sizeBytes } = wire;
  const bytes = Buffer.from(wire.buffer, 0, sizeBytes);
  return { name, type, sizeBytes, salt: Buffer.from(wire.salt), entries, bytes };
}
