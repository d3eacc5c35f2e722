import type { VaultContext } from "@/lib/engine/vault/vault-faults";
import type { StoreLocation } from "@/lib/adapters/stores/store-location";
import type { WireError } from "./error-wire";

export type ToRestoreThread =
  | {
      /** First, and once. Keys come by message, so that they are in nobody's arguments. */
      readonly kind: "open";
      readonly masterKey: Uint8Array;
      readonly store: StoreLocation;
      readonly context: VaultContext;
      readonly virtualSizeBytes: number;
    }
  | {
      readonly kind: "write";
      readonly call: number;
      readonly path: string;
      /** 32 bytes for each block. */
      readonly ids: Uint8Array;
      readonly blocks: Uint32Array;
    }
  | {
      readonly kind: "hash";
      readonly call: number;
      readonly path: string;
      readonly first: number;
      readonly end: number;
    }
  | { readonly kind: "sync"; readonly call: number; readonly path: string };

export type FromRestoreThread =
  | { readonly kind: "done"; readonly call: number; readonly ids: Uint8Array | null }
  | { readonly kind: "error"; readonly call: number; readonly error: WireError };
